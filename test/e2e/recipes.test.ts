import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { callTool } from '../support/in-memory.ts';
import { startSession } from '../support/program.ts';

/*
 * docs/recipes.md: its calls give what stands behind their arrows, and each ends with a reply.
 */

const page = readFileSync('docs/recipes.md', 'utf8');

/** Each recipe's reply, and its calls: the tool, its input, and the part of the result that is shown. */
const recipes = page
  .split(/^## /m)
  .slice(1)
  .map((recipe) => ({
    request: recipe.split('\n', 1)[0] ?? '',
    replies: [...recipe.matchAll(/^```\n\n((?:> .+\n)+)/gm)],
    calls: [...recipe.matchAll(/^(\w+) (\{.*\})\n→ (\{.*\})$/gm)].map(
      ([, tool = '', input = '', shown = '']) => ({
        tool,
        input: JSON.parse(input),
        shown: JSON.parse(shown),
      }),
    ),
  }));

test('there are ten recipes of at most three calls', () => {
  expect(recipes).toHaveLength(10);
  for (const { request, calls } of recipes) {
    expect(calls.length, request).toBeGreaterThan(0);
    expect(calls.length, request).toBeLessThanOrEqual(3);
  }
  // So that none of them is overlooked.
  const lines = page.split('\n').filter((line) => line.startsWith('→'));
  expect(recipes.flatMap(({ calls }) => calls)).toHaveLength(lines.length);
});

test('every call shows a part of its result, and a reply follows the calls', () => {
  for (const { request, replies, calls } of recipes) {
    expect(replies, request).toHaveLength(1);
    for (const { tool, shown } of calls) expect(shown, `${request}: ${tool}`).not.toEqual({});
  }
});

test.each(recipes)('the calls give what the page shows: $request', async ({ calls }) => {
  await using session = await startSession(['--sandbox', '--toolsets', 'all'], {}, () => ({
    action: 'accept',
    content: { agree: true },
  }));
  for (const { tool, input, shown } of calls) {
    const { error, structured } = await callTool(session.client, tool, input);
    expect(error, tool).toBeUndefined();
    expect(structured, tool).toMatchObject(shown);
  }
});
