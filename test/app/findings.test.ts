import { expect, test } from 'vitest';
import * as z from 'zod';
import { findingsIn } from '../../src/app/page/findings.ts';
import { visible } from '../../src/text/visible.ts';
import { hostileTexts } from '../support/hostile.ts';
import { audience, connect, fakeApi } from '../support/in-memory.ts';

/*
 * The page reads the server's overview: what one writes, the other has to find.
 */

const contentsSchema = z.tuple([z.object({ text: z.string() })]);

/** The overview of a space with audiences of these names, as the page reads it. */
async function read(names: readonly string[]) {
  const audiences = names.map((name, at) => {
    const definition = { query: `trait('n') = ${at}` };
    return audience({ id: `aud_${at}`, name, key: `key_${at}`, status: 'Failed', definition });
  });
  const { api } = fakeApi({ page: async () => ({ audiences, pagination: { next: null } }) });
  const client = await connect(api);
  const { contents } = await client.readResource({ uri: 'segment://spaces/spa_1/overview' });
  await client.close();
  return findingsIn(contentsSchema.parse(contents)[0].text);
}

test('every finding has its severity, its words and its audiences; what is below them is a remark', async () => {
  const [failed, ...others] = await read(['One', 'Two, too', ' "x", aud_9']);
  expect(failed).toEqual({
    severity: 'error',
    text: expect.stringMatching(/^Segment could not compute 3 audiences\. Read each/),
    audiences: [
      { name: 'One', id: 'aud_0' },
      { name: 'Two, too', id: 'aud_1' },
      { name: ' "x", aud_9', id: 'aud_2' },
    ],
  });
  expect(others.map(({ severity }) => severity)).toEqual(['warning', 'hint', undefined]);
  expect(others.at(-1)?.text).toMatch(/^Destinations were looked up for 3 of the 3/);
});

test('of many audiences, it says how many more there are', async () => {
  const [failed] = await read(Array.from({ length: 12 }, (_, at) => `Audience ${at}`));
  expect(failed?.audiences).toHaveLength(11);
  expect(failed?.audiences.at(-1)).toEqual({ name: 'and 2 more', id: undefined });
});

test.each(Object.entries(hostileTexts))('a name of %s is one name', async (_, name) => {
  const [failed] = await read([name, 'Other']);
  expect(failed?.audiences.map(({ id }) => id)).toEqual(['aud_0', 'aud_1']);
  if (name === '' || name.length > 100) return;
  expect(failed?.audiences[0]?.name).toBe(name.split('\n').map(visible).join('\n'));
});

test('an overview without findings says so, and any other text has none', async () => {
  expect(findingsIn('# Overview\n\n## What deserves a look\n\nNothing was found.\n')).toEqual([
    { severity: undefined, text: 'Nothing was found.', audiences: [] },
  ]);
  expect(findingsIn('something else')).toEqual([]);
});
