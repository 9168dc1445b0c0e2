import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { sessionPicture } from '../../scripts/session-picture.ts';

const run = promisify(execFile);

test('the demo comes out as expected, and docs/session.svg is what `npm run picture` draws of it', async () => {
  const { stdout } = await run(process.execPath, ['--import', 'tsx', 'demo/main.ts']);
  expect(sessionPicture(stdout)).toBe(readFileSync('docs/session.svg', 'utf8'));
});
