import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { graphPicture } from '../../scripts/graph-picture.ts';

test('docs/graph.svg is what `npm run picture` draws of the sandbox', async () => {
  expect(await graphPicture()).toBe(readFileSync('docs/graph.svg', 'utf8'));
});
