import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { wordingFile } from '../support/wording.ts';

/*
 * What docs/troubleshooting.md quotes of errors is what the server says.
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

test.each(quotes)('an error says: %s', (quote) => {
  expect(general(errors)).toContain(general(quote.replace(/…$/, '')));
});
