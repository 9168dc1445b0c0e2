import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';

/*
 * Words that native technical prose does not use, or uses with another meaning.
 */

const refused: readonly [RegExp, string][] = [
  [/\bmend(?:s|ed|ing)?\b/i, 'fix'],
  [/\b(?:is|are|was|were) told\b/i, 'say who learns what'],
  [/\bsays of\b/i, 'says about'],
  [/\btaken back\b/i, 'undone, withdrawn'],
  [/\bbesides?\b/i, 'next to, in addition to, except'],
  [/\brooms?\b/i, 'layer, module, space left'],
  [/\bdoors?\b/i, 'entry point'],
  [/\bstoreys?\b/i, 'layer'],
  [/\bcan not\b/i, "can't"],
  [/\banew\b/i, 'again'],
  [/\btime-outs?\b/i, 'timeout'],
  [/\/\*\* So (?:long|often|many|much|few)\b/, 'how long, how many'],
];

const folders = ['src', 'docs', 'scripts', 'demo', 'bench', '.github', 'packaging/plugin/skills'];
const documents = [
  ...['README.md', 'CHANGELOG.md', 'CONTRIBUTING.md', 'SECURITY.md', 'CODE_OF_CONDUCT.md'],
  ...folders.flatMap((folder) =>
    readdirSync(folder, { recursive: true, encoding: 'utf8' })
      .map((file) => `${folder}/${file.replaceAll('\\', '/')}`)
      .filter((file) => /\.(?:ts|cjs|mjs|md|svg|ya?ml|conf|json|html|css)$/.test(file)),
  ),
];

/** The places of refused words, each with a suggestion. */
function refusedIn(text: string): string[] {
  // A comment may break a phrase into two lines.
  const prose = text.replace(/\n[ \t]*(?:\*|\/\/|#)?[ \t]*/g, ' ');
  return refused.flatMap(([pattern, better]) => {
    const [match] = pattern.exec(prose) ?? [];
    return match === undefined ? [] : [`"${match}": write ${better}`];
  });
}

describe('the words of', () => {
  test.each(documents)('%s', (file) => {
    expect(refusedIn(readFileSync(file, 'utf8'))).toEqual([]);
  });
});

test.each([
  ['The user is told.', 1],
  [' * What it says\n * of the space', 1],
  ['// beside\n// the point', 1],
  ['There is room behind the door.', 2],
  ['Amendments, bedrooms and doorbells.', 0],
])('%j has %d of them', (text, count) => {
  expect(refusedIn(text)).toHaveLength(count);
});
