import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { corpusEntry, corpusFileSchema } from '../test/support/corpus.ts';

/*
 * Writes what the code now says of every definition of the corpus into its files. For deliberate
 * changes only, and to be followed by a reading of the difference: the corpus is what the code is
 * held against. A new definition needs no more than its `query` before this is run.
 */

const folder = fileURLToPath(new URL('../test/query/corpus/', import.meta.url));

for (const name of readdirSync(folder)) {
  const entries = corpusFileSchema.parse(JSON.parse(readFileSync(folder + name, 'utf8')));
  writeFileSync(folder + name, `${JSON.stringify(entries.map(corpusEntry), null, 2)}\n`);
}
