import { stripVTControlCharacters } from 'node:util';
import { describe, expect, test } from 'vitest';
import { runCheck } from '../../src/commands/check.ts';
import { hostile, unseenIn } from '../support/hostile.ts';
import { oneIn } from '../support/runs.ts';

/*
 * What the check prints to a terminal when the definition was written by a stranger.
 */

async function printed(query: string, { color = false, json = false } = {}): Promise<string> {
  let text = '';
  const write = (more: string) => {
    text += more;
  };
  const format = json ? 'json' : 'text';
  const command = { words: [query], type: 'users', format, sandbox: false, fix: false } as const;
  await runCheck(command, { write, writeAside: write, color });
  return text;
}

/** How every line begins that the check itself breaks. */
const ownLines = [
  /^(error|warning|hint)\[[a-z-]+\]: ./,
  /^\d+ \| /,
  /^ +\| +\^+$/,
  /^ += ./,
  /^$/,
  /^valid, \d+ of 50 conditions$/,
  /^not valid$/,
  /^not checked$/,
  /^Users (who|whose) ./,
  /^formatted: ./,
  /^computed: (REALTIME|BATCH)/,
];

function expectOwnLinesOnly(text: string): void {
  expect(unseenIn(text)).toEqual([]);
  const lines = text.replace(/\n$/, '').split('\n');
  expect(lines.filter((line) => !ownLines.some((own) => own.test(line)))).toEqual([]);
}

/** What the carets of the one diagnostic with this code stand below. */
function marked(text: string, code: string): string | undefined {
  const lines = text.split('\n');
  const at = lines.findIndex((line) => line.startsWith(`error[${code}]`));
  const [source = '', carets = ''] = lines.slice(at + 1);
  return source.slice(carets.indexOf('^'), carets.lastIndexOf('^') + 1);
}

describe.each(oneIn(2, hostile, 1))('%s', (_, text) => {
  const content = text.replace(/[\\']/g, '');

  test('controls no terminal and forges no line', async () => {
    for (const query of [
      ...[text, `event('${content}').count() >= 1`, `trait('${content}') = '${content}'`],
      ...[`event("${content}").count() = @`, `@ ${text}`, `${text}.x() -- ${text}`],
    ]) {
      expectOwnLinesOnly(await printed(query));
      expect(unseenIn(await printed(query, { json: true }))).toEqual([]);
      const colored = await printed(query, { color: true });
      for (const part of colored.split('\u001b').slice(1))
        expect(part).toMatch(/^\[(0|1|22|31|33|36)m/);
      expect(stripVTControlCharacters(colored)).toBe(await printed(query));
    }
  });

  test('does not move the carets that come after it', async () => {
    const query = `event('${content}').cuont() >= 1`;
    expect(marked(await printed(query), 'unknown-function')).toBe('cuont');
  });

  test('does not move the carets that come before it', async () => {
    const query = `event('A').cuont() >= 1 AND trait('${content}') = 1`;
    expect(marked(await printed(query), 'unknown-function')).toBe('cuont');
  });

  test('does not move the carets between two of it', async () => {
    const line = content.slice(0, 9000).replaceAll('\n', ' ');
    const wrong = "event('A').cuont() >= 1";
    const query = `trait('${line}') = 1 AND ${wrong} AND trait('${line}') = 1`;
    expect(marked(await printed(query), 'unknown-function')).toBe('cuont');
  });
});

test.each([0, 1, 2, 3])(
  'a pair of surrogates is not cut in two at either edge: %i',
  async (shift) => {
    const emoji = '😀'.repeat(200);
    const query = `trait('${'x'.repeat(shift)}${emoji}') = 1 AND event('A').cuont() >= 1 AND trait('${emoji}') = 1`;
    const text = await printed(query);
    expect(unseenIn(text)).toEqual([]);
    expect(marked(text, 'unknown-function')).toBe('cuont');
  },
);
