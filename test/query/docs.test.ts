import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import * as z from 'zod';
import { runCheck } from '../../src/commands/check.ts';
import * as language from '../../src/query/public.ts';
import { countClaims, runExample } from '../support/examples.ts';

/*
 * docs/query-language.md holds what it says.
 */

const file = 'docs/query-language.md';
const document = readFileSync(file, 'utf8');

/** The code blocks of a language. */
const blocks = (name: string) =>
  [...document.matchAll(new RegExp(`^\`\`\`${name}\\n([\\s\\S]*?)^\`\`\`$`, 'gm'))].map(
    ([, code = '']) => code,
  );

describe('the examples of the interface', () => {
  const examples = blocks('ts');

  test.each(examples)('%s', (code) => {
    expect(countClaims(code)).toBeGreaterThan(0);
    runExample(code, { 'segment-audiences-mcp/query': language });
  });

  test.each(Object.keys(language))('%s has a section', (name) => {
    expect(document).toMatch(new RegExp(`^### \`${name}\\(`, 'm'));
  });
});

test('links lead to what is there', () => {
  const headings = [...document.matchAll(/^#+ (.+)$/gm)].map(
    ([, text = '']) =>
      `#${text
        .toLowerCase()
        .replace(/[^\w -]/g, '')
        .replaceAll(' ', '-')}`,
  );
  const links = [...document.matchAll(/\]\(([^)]+)\)/g)].map(([, to = '']) => to);
  expect(links.length).toBeGreaterThan(3);
  for (const link of links) {
    const isThere = link.startsWith('#')
      ? headings.includes(link)
      : existsSync(join(dirname(file), link));
    expect([link, isThere]).toEqual([link, true]);
  }
});

test("the editor's pattern reads what the command prints", async () => {
  const tasksSchema = z.object({
    tasks: z.tuple([
      z.object({
        problemMatcher: z.object({ pattern: z.looseObject({ regexp: z.string() }) }),
      }),
    ]),
  });
  const [task] = tasksSchema.parse(JSON.parse(blocks('json')[0] ?? '')).tasks;
  let text = '';
  const write = (more: string) => {
    text += more;
  };
  await runCheck(
    {
      words: ['test/query/corpus/reference.json', 'test/commands/glob.test.ts'],
      ...({ type: 'users', format: 'text', sandbox: false, fix: false } as const),
    },
    { write, writeAside: write, color: false },
  );
  const pattern = new RegExp(task.problemMatcher.pattern.regexp, 'gm');
  const places = [...text.matchAll(pattern)].map(([, name, line, column, severity]) => {
    return [name, Number(line) > 0, Number(column) > 0, severity];
  });
  expect(places.length).toBeGreaterThan(1);
  expect(places[0]).toEqual(['test/query/corpus/reference.json', true, true, 'error']);
});
