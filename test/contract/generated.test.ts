import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { generatedFiles } from '../../scripts/generated.ts';

const files = generatedFiles();

test.each([...files])('%s is what `npm run generate` makes of the code', (file, content) => {
  expect(existsSync(file) ? readFileSync(file, 'utf8') : 'missing').toBe(content);
});

test('there is no definition of a tool that is gone', () => {
  const folder = 'test/contract/tools/';
  const expected = [...files.keys()].filter((file) => file.startsWith(folder));
  const found = readdirSync(folder).map((file) => folder + file);
  expect(found.sort()).toEqual(expected.sort());
});
