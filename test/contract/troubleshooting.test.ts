import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { wordingFile } from '../support/wording.ts';

/*
 * What docs/troubleshooting.md quotes of errors, also in its headings, is what the server says.
 */

const text = readFileSync('docs/troubleshooting.md', 'utf8');
const quotes = [...text.matchAll(/(?:^> .*\n)+/gm)].map(([lines]) =>
  lines.replace(/^> /gm, '').trim().replaceAll('\n', ' '),
);
const errors = readFileSync(new URL(wordingFile('errors'), import.meta.url), 'utf8');

/** Without operations, numbers and codes of Node.js: others are as good. */
function general(words: string): string {
  return words.replace(/\d+|\b[A-Z]+(?:_[A-Z]+)+\b|\b[a-z]+(?:_[a-z]+)+\b/g, '…');
}

test('it quotes some', () => {
  expect(quotes.length).toBeGreaterThan(4);
});

/** Texts of the program in headings: what is in backticks and more than a word, but for what clients say. */
const inHeadings = [...text.matchAll(/^### .*$/gm)]
  .filter(([heading]) => !/The client says|Unexpected token/.test(heading))
  .flatMap(([heading]) => [...heading.matchAll(/`([^`]+)`/g)].map(([, quote = '']) => quote))
  .filter((quote) => quote.includes(' ') && !/^\w+ \w+$/.test(quote));
const sources = readdirSync('src', { recursive: true, encoding: 'utf8' })
  .filter((file) => /\.[cm]?[jt]s$/.test(file))
  .map((file) => readFileSync(join('src', file), 'utf8'))
  .join('\n');

test.each(inHeadings)('the program has the words of the heading: %s', (quote) => {
  // Names, numbers and what an empty restriction causes are put in; what is between them is in the source.
  const fixed = quote.split(/…|\(\w+\)|\b[A-Z]+(?:_[A-Z]+)+\b|\d+(?:\.\d+)*|(?= and restricts)/);
  const parts = fixed.map((part) => part.replace(/^[\s,:]+|[\s,:?]+$/g, '')).filter(Boolean);
  expect(parts.length).toBeGreaterThan(0);
  for (const part of parts) expect(sources).toContain(part);
});

test.each(quotes)('an error says: %s', (quote) => {
  expect(general(errors)).toContain(general(quote.replace(/…$/, '')));
});
