import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import * as z from 'zod';
import { type Audience, audienceSchema } from '../../src/segment/models/audience.ts';
import { visibleJson } from '../../src/text/visible.ts';
import { audience, callTool, connect, fakeApi, ownConfirmations } from '../support/in-memory.ts';
import { runs } from '../support/runs.ts';
import { wildText, wildValue } from '../support/wild-text.ts';

/*
 * Results other than lists stay under 100,000 characters, whatever people wrote; what is cut says so,
 * and where the whole is asked for it is there.
 */

const maxChars = 100_000;
const plain = "event('Shoes Bought').count() >= 1";
const one = { spaceId: 's', id: 'aud_1' };
const shownSchema = z.looseObject({ audience: audienceSchema });

async function shownBy(
  tool: string,
  args: Record<string, unknown>,
  stored: Partial<Audience>,
): Promise<Audience> {
  const { api } = fakeApi({ audience: audience(stored) });
  const client = await connect(api, { queryCheck: 'off' });
  const { structured, error } = await callTool(client, tool, { spaceId: 's', ...args });
  const shown = error ? error.details : structured;
  return shownSchema.parse(shown).audience;
}

const id = 'aud_1';
const created = { name: 'New', query: plain };
const duplicate = { name: 'Big spenders', query: plain };

describe.each<[string, string, Record<string, unknown>]>([
  ['get_audience', 'get_audience', { id }],
  ['create_audience', 'create_audience', created],
  ['update_audience_for_space', 'update_audience_for_space', { id, name: 'New' }],
  ['a duplicate', 'create_audience', duplicate],
  ['a stale update', 'update_audience_for_space', { id, name: 'New', expectedUpdatedAt: 'before' }],
])('%s', (_, tool, args) => {
  test.each([
    [2000, 'x'.repeat(2000)],
    [2001, `${'x'.repeat(2000)}…[cut, 2001 characters in all]`],
  ])('shows a description of %d characters', async (length, shown) => {
    const stored = { description: 'x'.repeat(length) };
    expect((await shownBy(tool, args, stored)).description).toBe(shown);
  });

  test('shows a definition of 20,000 characters whole', async () => {
    const definition = { query: 'x'.repeat(20_000), type: 'users' };
    const written = 'query' in args ? { ...args, query: definition.query } : args;
    expect((await shownBy(tool, written, { definition })).definition).toEqual(definition);
  });
});

describe('the whole text', () => {
  test.each(['x'.repeat(900_000), '😀'.repeat(400_000), '"'.repeat(450_000)])(
    'is shown by get_audience where it is asked for',
    async (description) => {
      const shown = await shownBy('get_audience', { id, fullText: true }, { description });
      expect(shown.description === description).toBe(true);
    },
  );

  test('ends at 1 MB', async () => {
    const stored = { description: 'x'.repeat(1_100_000), surprise: '\u0000'.repeat(500_000) };
    const shown = await shownBy('get_audience', { id, fullText: true }, stored);
    expect(visibleJson(shown).length).toBeLessThanOrEqual(1_000_000);
    expect(shown.description).toMatch(/…\[cut, 1100000 characters in all\]$/);
  });

  test.each([undefined, 'x'.repeat(200_000)])('is in the result of a removal', async (surprise) => {
    const stored = {
      description: '\u0000"'.repeat(50_000),
      definition: { query: '\\'.repeat(30_000), type: 'users' },
      surprise,
    };
    const shown = await shownBy('remove_audience_from_space', { id }, stored);
    expect(shown).toEqual(JSON.parse(JSON.stringify(audience(stored))));
  });
});

const text = wildText();
/** Definitions that are read, of names of any length and kind. */
const definitions = fc.oneof(
  text,
  wildText(5000).map((name) => `event('${name.replace(/[\\'\n]/g, '*')}').count() >= 1`),
  fc.constantFrom('*', '"', 'x').map((unit) => `trait('${unit.repeat(19_900)}').exists()`),
  fc
    .constantFrom('*', '"', '\u200b', 'x')
    .map((unit) => Array.from({ length: 45 }, () => `trait('${unit.repeat(400)}').exists()`))
    .map((conditions) => conditions.join(' OR ')),
);
const wildAudience = fc.record(
  {
    id: fc.constant('aud_1'),
    spaceId: text,
    name: text,
    description: text,
    key: text,
    enabled: fc.boolean(),
    status: text,
    audienceType: fc.constantFrom('USERS', 'x'.repeat(50_000)),
    definition: fc.record({ query: definitions, type: text, targetEntity: text }),
    options: fc.record({ filterByExternalIds: fc.array(wildText(5000), { maxLength: 40 }) }),
    updatedBy: text,
    updatedAt: text,
    surprise: wildValue,
    '\u202esurprise': wildValue,
  },
  { requiredKeys: ['id'] },
);
const wildChange = fc.record(
  {
    name: wildText(100).filter((name) => name !== ''),
    description: text,
    query: definitions.filter((query) => query !== ''),
    enabled: fc.boolean(),
    filterByExternalIds: fc.array(
      wildText(5000).filter((each) => each !== ''),
      { minLength: 1, maxLength: 40 },
    ),
  },
  { requiredKeys: ['query', 'name'] },
);

/** A client of a port that shows one audience at first, and then another. */
async function changing(first: Audience, then: Audience, confirm: 'none' | 'writes' = 'none') {
  const states = [first];
  const { api } = fakeApi({ audience: async () => states.shift() ?? then });
  const confirmations = ownConfirmations(() => 0);
  return connect(api, { queryCheck: 'warn', confirm, confirmations });
}

describe('of a definition that is all', () => {
  const kinds: Record<string, (unit: string) => string> = {
    'one text': (unit) => unit.repeat(19_000),
    'one name': (unit) => `event('${unit.repeat(19_000)}').count() >= 1`,
    'many names': (unit) =>
      Array.from({ length: 30 }, () => `event('${unit.repeat(300)}').count() >= 1`).join(' AND '),
    'many mistakes': (unit) =>
      Array.from({ length: 30 }, () => `event('${unit.repeat(300)}').coun() >= 1`).join(' AND '),
  };
  const chosen = ['x', '*', '"', '(', '\u0000', '\u200b'];

  test.each(
    Object.entries(kinds).flatMap(([kind, make]) =>
      chosen.map((unit) => [kind, JSON.stringify(unit), make(unit)] as const),
    ),
  )('%s of %s, a check and a refusal are short', async (_, __, query) => {
    const client = await connect(fakeApi({}).api);
    const create = { spaceId: 's', name: 'New', query };
    for (const [tool, args] of [
      ['check_audience_query', { query }],
      ['create_audience', create],
      ['update_audience_for_space', { ...one, query }],
    ] as const) {
      const { text: result, error } = await callTool(client, tool, args);
      expect([undefined, 'invalid_query']).toContain(error?.code);
      expect(result.length).toBeLessThan(maxChars);
    }
  });
});

describe('whatever is in it, short is', () => {
  type Result = Awaited<ReturnType<typeof callTool>>;
  type Run = (first: Audience, then: Audience, change: Record<string, unknown>) => Promise<Result>;

  test.each<[string, Run]>([
    ['a read', async (first, then) => callTool(await changing(first, then), 'get_audience', one)],
    [
      'a create, or a duplicate',
      async (first, then, change) =>
        callTool(await changing(first, then), 'create_audience', { ...change, spaceId: 's' }),
    ],
    [
      'an update',
      async (first, then, change) =>
        callTool(await changing(first, then), 'update_audience_for_space', { ...change, ...one }),
    ],
    [
      'a refusal of what has changed since it was read',
      async (first, then, change) => {
        const client = await changing(first, then);
        await callTool(client, 'get_audience', one);
        const expectedUpdatedAt = first.updatedAt || 'before';
        const args = { ...change, ...one, expectedUpdatedAt };
        return callTool(client, 'update_audience_for_space', args);
      },
    ],
    [
      'a dry run of an update',
      async (first, then, change) => {
        const args = { ...change, ...one, dryRun: true };
        return callTool(await changing(first, then), 'update_audience_for_space', args);
      },
    ],
    [
      'a dry run of a create',
      async (first, then, change) => {
        const args = { ...change, spaceId: 's', includeAnonymousUsers: true, dryRun: true };
        return callTool(await changing(first, then), 'create_audience', args);
      },
    ],
    [
      'a dry run of a removal',
      async (first, then) => {
        const args = { ...one, dryRun: true };
        return callTool(await changing(first, then), 'remove_audience_from_space', args);
      },
    ],
  ])('%s', async (_, run) => {
    await fc.assert(
      fc.asyncProperty(wildAudience, wildAudience, wildChange, async (first, then, change) => {
        const result = await run(first, then, change);
        expect(result.error?.code).not.toBe('internal_error');
        expect(result.text.length).toBeLessThan(maxChars);
      }),
      { numRuns: runs(4) },
    );
  });
});
