import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { describe, expect, test } from 'vitest';
import * as z from 'zod';

/*
 * The documents: their links lead somewhere.
 */

const documents = ['.', 'docs', 'packaging', '.github']
  .filter((folder) => existsSync(folder))
  .flatMap((folder) =>
    readdirSync(folder, { recursive: folder !== '.' }).map((name) => join(folder, String(name))),
  )
  .filter((file) => file.endsWith('.md'));

const { files } = z
  .object({ files: z.array(z.string()) })
  .parse(JSON.parse(readFileSync('package.json', 'utf8')));
/** What npm packs in any case as well. */
const always = ['README.md', 'LICENSE', 'package.json'];
const isIn = (folder: string, path: string) => !relative(folder, path).startsWith('..');

/** What npm packs: of the entries that name a file or its folder, the last one counts; `!` leaves it out. */
function isPacked(path: string, entries: readonly string[] = files): boolean {
  const last = [...always, ...entries].findLast((each) => isIn(each.replace(/^!/, ''), path));
  return last !== undefined && !last.startsWith('!');
}

const withoutCode = (text: string) =>
  text.replace(/^```[\s\S]*?^```$/gm, '').replace(/`[^`\n]*`/g, 'x');

/** The anchors that GitHub gives to the headings of a page. */
function anchorsOf(text: string): Set<string> {
  const prose = text.replace(/^```[\s\S]*?^```$/gm, '');
  const headings = [...prose.matchAll(/^#{1,6} (.*)$/gm)].map(([, heading = '']) => heading);
  return new Set(
    headings.map((heading) =>
      heading
        .toLowerCase()
        .replace(/[^\p{L}\p{N}\p{M}_ -]/gu, '')
        .replaceAll(' ', '-'),
    ),
  );
}

test('there are documents', () => {
  expect(documents).toContain('README.md');
  expect(documents).toContain('docs/tools.md');
});

test.each([
  ['docs/app.md', true],
  ['docs/pictures/a.png', false],
  ['docs/pictures/b.png', true],
  ['src/main.ts', false],
  ['README.md', true],
])('an entry with ! leaves out what one before it packs: %s', (path, expected) => {
  expect(isPacked(path, ['docs', '!docs/pictures', 'docs/pictures/b.png'])).toBe(expected);
});

describe.each(documents)('%s', (document) => {
  const text = readFileSync(document, 'utf8');
  const targets = [...withoutCode(text).matchAll(/\]\(([^)\s]+)\)/g)].map(
    ([, target = '']) => target,
  );
  const local = targets.filter((target) => !/^[a-z]+:/.test(target));

  test('links to files that exist', () => {
    const missing = local.filter((target) => {
      const [file = ''] = target.split('#');
      return file !== '' && !existsSync(join(dirname(document), file));
    });
    expect(missing).toEqual([]);
  });

  test('links to files that are packed with it', () => {
    const notPacked = local.filter((target) => {
      const [file = ''] = target.split('#');
      return file !== '' && !isPacked(join(dirname(document), file));
    });
    if (isPacked(document)) expect(notPacked).toEqual([]);
  });

  test('links to headings that exist', () => {
    const missing = local.filter((target) => {
      const [file = '', anchor] = target.split('#');
      if (anchor === undefined) return false;
      const path = file === '' ? document : join(dirname(document), file);
      return !anchorsOf(readFileSync(path, 'utf8')).has(anchor);
    });
    expect(missing).toEqual([]);
  });
});
