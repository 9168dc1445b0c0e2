import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type Entry, expand, matchesName } from '../../src/commands/check/glob.ts';

describe('a name', () => {
  test.each([
    ['*.seg', 'a.seg', true],
    ['*.seg', '.seg', false],
    ['*.seg', 'a.segs', false],
    ['*', 'a', true],
    ['*', '.hidden', false],
    ['.*', '.hidden', true],
    ['a*b', 'ab', true],
    ['a*b', 'aab', true],
    ['ab*ba', 'aba', false],
    ['a*b*c', 'a-b-b-c', true],
    ['a*bb*c', 'abc', false],
    ['**', 'a', true],
    ['a.seg', 'a.seg', true],
    ['a.seg', 'aXseg', false],
    ['[a]*', '[a]b', true],
  ])('%s stands for %s: %s', (part, name, expected) => {
    expect(matchesName(name, part)).toBe(expected);
  });

  test('is matched as by a regular expression', () => {
    const letters = fc.array(fc.constantFrom('a', 'b', '*'), { maxLength: 8 });
    fc.assert(
      fc.property(letters, letters, (part, name) => {
        const [pattern, plain] = [part.join(''), name.join('').replaceAll('*', 'c')];
        const expression = new RegExp(`^${pattern.replaceAll('*', '.*')}$`);
        expect(matchesName(plain, pattern)).toBe(expression.test(plain));
      }),
    );
  });
});

/** Folders of a made-up disk, with the names in them; a folder's ends in `/`, a link's to one in `@`. */
const disk: Record<string, string[]> = {
  '': ['a.seg', 'b.txt', '.c.seg', 'sub/', '.git/', 'loop@'],
  'sub/': ['d.seg', 'deep/'],
  'sub/deep/': ['e.seg', 'f.md'],
  '.git/': ['g.seg'],
  'loop/': ['a.seg', 'sub/'],
  'loop/sub/': ['d.seg'],
  '/': ['root.seg'],
  '../': ['h.seg'],
  'C:/': ['defs/'],
  'C:/defs/': ['i.seg'],
  '//server/share/': ['j.seg'],
};
const list = async (folder: string): Promise<Entry[]> =>
  (disk[folder] ?? []).map((written) => ({
    name: written.replace(/[/@]$/, ''),
    isFolder: /[/@]$/.test(written),
    isLink: written.endsWith('@'),
  }));

test.each([
  ['*.seg', ['a.seg']],
  ['.*.seg', ['.c.seg']],
  ['*/*.seg', ['loop/a.seg', 'sub/d.seg']],
  ['**/*.seg', ['a.seg', 'sub/d.seg', 'sub/deep/e.seg']],
  ['**/**/*.seg', ['a.seg', 'sub/d.seg', 'sub/deep/e.seg']],
  ['sub/**', ['sub/d.seg', 'sub/deep/e.seg', 'sub/deep/f.md']],
  ['**/deep/*', ['sub/deep/e.seg', 'sub/deep/f.md']],
  ['**/e.seg', ['sub/deep/e.seg']],
  ['.git/*', ['.git/g.seg']],
  ['/*.seg', ['/root.seg']],
  ['../*.seg', ['../h.seg']],
  ['sub/*/d.seg', []],
  ['nowhere/*', []],
  ['C:/defs/*.seg', ['C:/defs/i.seg']],
  ['C:/**/*.seg', ['C:/defs/i.seg']],
  ['//server/share/*.seg', ['//server/share/j.seg']],
])('%s expands to %j', async (pattern, files) => {
  expect(await expand(pattern, list)).toEqual(files);
});
