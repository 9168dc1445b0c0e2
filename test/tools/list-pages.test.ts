import type { Client } from '@modelcontextprotocol/sdk/client/index.js';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import * as z from 'zod';
import type { Audience } from '../../src/segment/models/audience.ts';
import { audience, callTool, connect, fakeApi } from '../support/in-memory.ts';
import { pagedSpace } from '../support/paged-space.ts';
import { runs } from '../support/runs.ts';
import { startStandIn } from '../support/stand-in.ts';
import { wildText } from '../support/wild-text.ts';

/*
 * A list is never longer than can be read, and no row of it is lost.
 */

const query = "event('Shoes Bought').count() >= 1";
const maxChars = 60_000;
const pageSchema = z.looseObject({
  audiences: z.array(z.looseObject({ id: z.string() })),
  pagination: z.looseObject({ next: z.string().nullish() }),
  notice: z.string().optional(),
});

/** Calls `list_audiences`, and checks what holds for every result. */
async function listPage(client: Client, args: Record<string, unknown>) {
  const { text, structured, error } = await callTool(client, 'list_audiences', args);
  expect(error).toBeUndefined();
  expect(text.length).toBeLessThanOrEqual(maxChars);
  expect(JSON.parse(text)).toEqual(structured);
  return pageSchema.parse(structured);
}

/** The rows of all pages, by following their cursors. */
async function walk(client: Client, args: Record<string, unknown>, maxPages: number) {
  const pages: z.infer<typeof pageSchema>[] = [];
  let cursor: string | undefined;
  do {
    const page = await listPage(client, { ...args, cursor });
    pages.push(page);
    cursor = page.pagination.next ?? undefined;
    expect(pages.length).toBeLessThanOrEqual(maxPages);
  } while (cursor !== undefined);
  return pages;
}

const idsOf = (pages: z.infer<typeof pageSchema>[]) =>
  pages.flatMap(({ audiences }) => audiences.map(({ id }) => id));

/** A client of a space that is read in pages of this many rows. */
async function listing(audiences: readonly Audience[], maxCount: number) {
  const counts: number[] = [];
  const { api } = fakeApi({ page: pagedSpace(audiences, maxCount, counts) });
  return { client: await connect(api, { defaultSpace: 's' }), counts };
}

describe('on a sandbox', () => {
  const seeds = Array.from({ length: 450 }, (_, index) => ({
    name: `Audience ${index}`,
    definition: { query, level: 'users' as const },
    createdAt: 0,
  }));

  test.each(['auto', 'v1'])(
    'of v1 with --edition %s, 1000 are read in pages of 200',
    async (edition) => {
      const rig = await startStandIn({ edition: 'v1', seeds, flags: { edition } });
      // Under auto the first page shows what Segment speaks.
      await listPage(rig.client, { count: 1 });
      rig.requests.splice(0);
      const page = await listPage(rig.client, { count: 1000 });
      expect(page.audiences).toHaveLength(450);
      expect(page.pagination.next ?? undefined).toBeUndefined();
      const counts = rig.requests.map(({ path }) => /count=(\d+)/.exec(path)?.[1]);
      expect(counts).toEqual(['200', '200', '200']);
    },
  );

  test('of v1alpha, 1000 are read at once', async () => {
    const rig = await startStandIn({ edition: 'v1alpha', seeds, flags: { edition: 'v1alpha' } });
    const page = await listPage(rig.client, { count: 1000 });
    expect(page.audiences).toHaveLength(450);
    expect(rig.requests).toHaveLength(1);
  });

  test('of v1alpha with --edition auto, as many are read at once after the first page', async () => {
    const rig = await startStandIn({ edition: 'v1alpha', seeds });
    for (const expected of [['200', '800'], ['1000']]) {
      rig.requests.splice(0);
      const page = await listPage(rig.client, { count: 1000 });
      expect(page.audiences).toHaveLength(450);
      expect(rig.requests.map(({ path }) => /count=(\d+)/.exec(path)?.[1])).toEqual(expected);
    }
  });

  test.each([
    ['v1alpha', 430],
    ['v1', 430],
    ['v1', 7],
  ] as const)('of %s every audience comes once in pages of %d', async (edition, count) => {
    const rig = await startStandIn({
      edition,
      seeds,
      flags: { 'rate-limits': 'list_audiences=100000' },
      limits: { list_audiences: 100_000 },
    });
    const pages = await walk(rig.client, { count }, 80);
    expect(idsOf(pages)).toEqual(
      seeds.map((_, index) => `aud_${String(index + 1).padStart(9, '0')}`),
    );
  });

  test('rows of v1 have type, size and cadence', async () => {
    const linked = { query: "entity('orders').count() >= 1", level: 'linked' as const };
    const rig = await startStandIn({
      edition: 'v1',
      seeds: [...seeds.slice(0, 1), { name: 'Linked', definition: linked }],
    });
    const { audiences } = await listPage(rig.client, {});
    expect(audiences).toMatchObject([
      { type: 'users', cadence: 'REALTIME', size: expect.any(Number), query },
      { type: 'linked', cadence: 'BATCH', status: 'Preparing' },
    ]);
    expect(audiences[1]).not.toHaveProperty('size');
  });

  test('rows of v1alpha have a type', async () => {
    const rig = await startStandIn({ edition: 'v1alpha', seeds: seeds.slice(0, 1) });
    const { audiences } = await listPage(rig.client, {});
    expect(audiences).toMatchObject([{ type: 'users', query }]);
  });
});

const rowsOf = (count: number, more: Partial<Audience>) =>
  Array.from({ length: count }, (_, index) => audience({ id: `aud_${index}`, ...more }));

describe('a page that is too long', () => {
  test('ends before the page that does not fit, with a cursor that continues there', async () => {
    const { client, counts } = await listing(rowsOf(1000, { name: 'N'.repeat(80) }), 200);
    const page = await listPage(client, { count: 1000 });
    expect(page.audiences).toHaveLength(400);
    expect(page.pagination.next).toBe('400');
    expect(page.notice).toMatch(/ends after 400 rows.*pagination\.next/);
    expect(counts).toEqual([200, 200, 200, 200, 200]);
    expect(idsOf(await walk(client, { count: 1000 }, 3))).toHaveLength(1000);
  });

  test('whose first page does not fit is read again with half of that', async () => {
    const { client, counts } = await listing(rowsOf(1000, { name: 'N'.repeat(1000) }), 200);
    const page = await listPage(client, { count: 1000 });
    expect(counts).toEqual([200, 200, 200, 200, 200, 100, 50]);
    expect(page.audiences).toHaveLength(50);
    expect(page.pagination.next).toBe('50');
    expect(page.notice).toMatch(/ends after 50 rows/);
  });

  test('mentions no further rows where there are none', async () => {
    const { client } = await listing(rowsOf(100, { name: 'N'.repeat(1000) }), 1000);
    const pages = await walk(client, { count: 100 }, 10);
    expect(idsOf(pages)).toHaveLength(100);
    expect(pages.at(-1)?.notice ?? '').not.toMatch(/for the rest, pass pagination/);
    for (const { notice } of pages.slice(0, -1))
      expect(notice).toMatch(/for the rest, pass pagination/);
  });

  test('stays short although Segment returns more rows than were asked for', async () => {
    const page = {
      audiences: rowsOf(300, { name: '\u0000'.repeat(3000) }),
      pagination: { next: 'x', surprise: 'y'.repeat(100_000) },
    };
    const client = await connect(fakeApi({ page }).api, { defaultSpace: 's' });
    const shown = await listPage(client, {});
    expect(shown.audiences.length).toBeGreaterThan(0);
    expect(shown.pagination.next).toBe('x');
    expect(shown.notice).toMatch(/too long to show; \d+ of its rows are not shown/);
  });

  test('leaves space for what the server adds', async () => {
    const seeds = Array.from({ length: 199 }, (_, index) => ({
      name: `${'N'.repeat(262)}${index}`,
      definition: { query, level: 'users' as const },
    }));
    for (const count of [199, 198, 197, 196, 195, 194, 193, 192, 191, 190, 185, 180, 175]) {
      const rig = await startStandIn({ edition: 'v1', seeds });
      const { audiences } = await listPage(rig.client, { count });
      expect(audiences.length).toBeGreaterThan(0);
    }
  });
});

test('whatever the rows are, every page is short and no row is lost', async () => {
  const text = wildText(2001);
  const row = fc.record(
    {
      name: fc.option(text),
      key: fc.option(text),
      status: fc.option(text),
      definition: fc.record({ query: text, type: text }),
      description: text,
      updatedAt: text,
    },
    { requiredKeys: [] },
  );
  // Few kinds of rows, of each some: hundreds of wild ones would take minutes.
  const space = fc
    .array(fc.tuple(row, fc.constantFrom(1, 3, 30)), { maxLength: 3 })
    .map((kinds) => kinds.flatMap(([more, times]) => Array.from({ length: times }, () => more)))
    .map((rows) => rows.map((more, index) => ({ id: `aud_${index}`, ...more })));
  await fc.assert(
    fc.asyncProperty(
      space,
      fc.constantFrom(1, 7, 50, 1000),
      fc.constantFrom(20, 1000),
      async (rows, count, maxCount) => {
        const { client } = await listing(rows, maxCount);
        const pages = await walk(client, { count }, rows.length + 1);
        expect(idsOf(pages)).toEqual(rows.map(({ id }) => id));
        await client.close();
      },
    ),
    { numRuns: runs(10) },
  );
});
