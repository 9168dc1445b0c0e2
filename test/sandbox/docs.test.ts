import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { parseSeed, SeedError, start } from '../../src/sandbox/start.ts';
import { v1Operations } from '../../src/sandbox/v1/operations.ts';

/*
 * docs/sandbox.md says what is so.
 */

const text = readFileSync('docs/sandbox.md', 'utf8');
const blocks = (language: string) =>
  [...text.matchAll(new RegExp(`\`\`\`${language}\n([\\s\\S]*?)\`\`\``, 'g'))].map(
    ([, block = '']) => block,
  );

test('its seed can be started', async () => {
  const [json = ''] = blocks('json');
  const sandbox = await start({ seed: parseSeed(JSON.parse(json)) });
  expect(sandbox.members('spa_bikes', 'aud_000000001')).toEqual(['use_ada']);
  await sandbox.close();
});

test('its problems are those of a seed with these mistakes', async () => {
  const [json = ''] = blocks('json');
  const wrong = json
    .replace("trait('city') = 'Lyon'", "evnet('Bike Rented').count() >= 1")
    .replace('"lyon"', '"loyn"');
  const [told = ''] = blocks('text');
  const problems = await start({ seed: parseSeed(JSON.parse(wrong)) }).catch((error: unknown) =>
    error instanceof SeedError ? error.problems : [],
  );
  expect(problems).toEqual(told.trim().split('\n'));
});

test('its table names every field of a space', () => {
  const table = text.slice(text.indexOf('| field | contents |'), text.indexOf('A key follows'));
  expect([...table.matchAll(/^\| (.+?) \|/gm)].slice(1).map(([, first]) => first)).toEqual([
    '`id`, `slug`, `name`',
    '`audiences`',
    '`computedTraits`',
    '`profiles`',
    '`accounts`',
    '`events`',
    '`entities`',
    '`destinations`',
  ]);
});

test('its figures are those of the operations', () => {
  expect(text).toContain(`${v1Operations.create_audience_preview.perMinute} per minute, 700`);
});
