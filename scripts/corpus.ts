import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { corpusEntry, corpusFileSchema } from '../test/support/corpus.ts';

/*
 * Updates the corpus with what the code now says about every definition. For deliberate changes
 * only; read the diff afterwards: the corpus is the specification of the code. A new definition
 * needs only its `query` before this is run.
 */

const folder = fileURLToPath(new URL('../test/query/corpus/', import.meta.url));

for (const name of readdirSync(folder)) {
  const entries = corpusFileSchema.parse(JSON.parse(readFileSync(folder + name, 'utf8')));
  writeFileSync(folder + name, `${JSON.stringify(entries.map(corpusEntry), null, 2)}\n`);
}
