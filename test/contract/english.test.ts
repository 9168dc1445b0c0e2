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
];

const files = [
  ...['README.md', 'CONTRIBUTING.md', 'SECURITY.md'],
  ...['src', 'docs'].flatMap((folder) =>
    readdirSync(folder, { recursive: true, encoding: 'utf8' })
      .map((file) => `${folder}/${file.replaceAll('\\', '/')}`)
      .filter((file) => /\.(?:ts|cjs|md|svg)$/.test(file)),
  ),
];

/** The places of refused words, each with a suggestion. */
function refusedIn(text: string): string[] {
  // A comment may break a phrase into two lines.
  const prose = text.replace(/\n[ \t]*(?:\*|\/\/)?[ \t]*/g, ' ');
  return refused.flatMap(([pattern, better]) => {
    const [match] = pattern.exec(prose) ?? [];
    return match === undefined ? [] : [`"${match}": write ${better}`];
  });
}

describe('the words of', () => {
  test.each(files)('%s', (file) => {
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
