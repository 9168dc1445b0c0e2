import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { catalog } from '../../src/query/catalog.ts';
import { diagnosticCodes } from '../../src/query/codes.ts';
import { check, type Level } from '../../src/query/index.ts';
import { type CorpusEntry, corpusEntry, corpusFileSchema } from '../support/corpus.ts';

/*
 * Definitions with all that is expected of them: diagnostics, what the fixes lead to, canonical form
 * and explanation. The data is in corpus/; the titles here are the definitions.
 */

const folder = 'test/query/corpus/';
const files = readdirSync(folder).map((name) => ({
  theme: name.replace('.json', ''),
  entries: corpusFileSchema.parse(JSON.parse(readFileSync(folder + name, 'utf8'))),
}));
const title = ({ query, type, purpose }: CorpusEntry) =>
  [query, type && `(${type})`, purpose && `(${purpose})`].filter(Boolean).join(' ');
const isInvalid = ({ diagnostics = [] }: CorpusEntry) =>
  diagnostics.some((diagnostic) => diagnostic.startsWith('error '));

describe.each(files)('$theme', ({ theme, entries: ofTheme }) => {
  test.each(ofTheme.map((entry) => [title(entry), entry] as const))('%s', (_, entry) => {
    expect(corpusEntry(entry)).toEqual(entry);
    expect(isInvalid(entry)).toBe(theme.startsWith('invalid'));
  });
});

describe('the corpus', () => {
  const entries = files
    .filter(({ theme }) => theme !== 'reference')
    .flatMap((file) => file.entries);
  const allEntries = files.flatMap((file) => file.entries);

  test('has at least 150 valid and 150 invalid definitions apart from those of the reference', () => {
    const distinct = new Map(entries.map((entry) => [title(entry), entry]));
    expect(distinct.size).toBe(entries.length);
    expect(entries.filter(isInvalid).length).toBeGreaterThanOrEqual(150);
    expect(entries.filter((entry) => !isInvalid(entry)).length).toBeGreaterThanOrEqual(150);
  });

  test.each([...catalog.keys()])('uses %s', (name) => {
    const called = new RegExp(`\\b${name}\\(`);
    const valid = allEntries.filter((entry) => !isInvalid(entry));
    expect(valid.some(({ query }) => called.test(query))).toBe(true);
  });

  test('meets every diagnostic that there is', () => {
    const met = new Set(
      allEntries.flatMap(({ diagnostics = [] }) => diagnostics.map((text) => text.split(' ')[1])),
    );
    // What needs very long text is met in limits.test.ts.
    const long = ['too-long', 'too-deep', 'too-large', 'too-many-conditions', 'many-conditions'];
    const unmet = diagnosticCodes.filter((code) => !met.has(code));
    expect(unmet.toSorted()).toEqual(long.toSorted());
  });
});

test.each([...catalog.values()].map((entry) => [entry.example, entry.name]))(
  'the example %s of the documentation is right',
  (example) => {
    const type: Level = example.includes('entity(') ? 'linked' : 'users';
    const { diagnostics } = check(example, { type, purpose: 'audience' });
    const errors = diagnostics.filter(({ severity }) => severity === 'error');
    expect(errors).toEqual([]);
  },
);
