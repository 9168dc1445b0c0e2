import type { ServerResponse } from 'node:http';
import { describe, expect, onTestFinished, test } from 'vitest';
import { findCreated } from '../../src/safety/lost-create.ts';
import { audiences as about } from '../../src/safety/thing.ts';
import { maxAnswerValues } from '../../src/segment/answer-body.ts';
import { OutcomeUnknownError } from '../../src/segment/errors.ts';
import { maxAnswerBytes } from '../../src/segment/http.ts';
import { audienceSchema } from '../../src/segment/models/audience.ts';
import { readTraits } from '../../src/segment/read-traits.ts';
import { readSpace } from '../../src/segment/space.ts';
import { audienceFields, shortened } from '../../src/text/shorten.ts';
import { cut, visibleJson } from '../../src/text/visible.ts';
import { testCall } from '../support/call.ts';
import { startComposed } from '../support/composed.ts';
import { callTool, fakeApi } from '../support/in-memory.ts';
import { listen } from '../support/listen.ts';
import { ManualClock } from '../support/manual-clock.ts';
import { segmentClient } from '../support/segment-client.ts';

/*
 * Answers that are larger than is read or shown.
 */

/** Answers with a page of rows that all have the same filler, which is sent without being copied or escaped. */
function sendPage(
  response: ServerResponse,
  page: { list: string; ids: readonly string[]; filler: Buffer; next: string | null },
): void {
  response.write(`{"data":{"${page.list}":[`);
  page.ids.forEach((id, index) => {
    response.write(`${index > 0 ? ',' : ''}{"id":"${id}","filler":"`);
    response.write(page.filler);
    response.write('"}');
  });
  response.end(`],"pagination":${JSON.stringify({ next: page.next })}}}`);
}

/** A space of this many audiences, each of this many bytes; keeps the sizes that were asked for. */
async function largeSpace(rows: number, rowBytes: number) {
  const asked: number[] = [];
  const filler = Buffer.alloc(rowBytes, 'x');
  const url = await listen(({ url: target = '' }, response) => {
    const query = new URL(target, 'http://sandbox').searchParams;
    const count = Number(query.get('pagination.count'));
    const from = Number(query.get('pagination.cursor') ?? 0);
    asked.push(count);
    const length = Math.min(count, rows - from);
    const ids = Array.from({ length }, (_, index) => `aud_${from + index}`);
    const next = from + length < rows ? String(from + length) : null;
    sendPage(response, { list: 'audiences', ids, filler, next });
  });
  const client = segmentClient(url, new ManualClock(), { edition: 'v1' });
  onTestFinished(() => client.close());
  const list = (spaceId: string, count: number) =>
    client.send('list_audiences', { spaceId, count }, testCall());
  return { list, asked };
}

test('a space whose pages are too large is read in smaller ones, from then on', async () => {
  const { list, asked } = await largeSpace(40, maxAnswerBytes / 16);
  const first = await list('spa_large', 40);
  expect(first.audiences.map(({ id }) => id)).toEqual(
    Array.from({ length: 40 }, (_, index) => `aud_${index}`),
  );
  expect(asked).toEqual([40, 20, 10, 10, 10, 10]);
  asked.length = 0;
  await list('spa_large', 15);
  expect(asked).toEqual([10, 5]);
});

test('the pages of another space stay as large as they were', async () => {
  const { list, asked } = await largeSpace(20, maxAnswerBytes / 16);
  await list('spa_large', 20);
  asked.length = 0;
  await list('spa_other', 12);
  expect(asked).toEqual([12]);
});

test('computed traits whose pages are too large are read in smaller ones', async () => {
  const asked: number[] = [];
  const filler = Buffer.alloc(maxAnswerBytes / 4, 'x');
  const url = await listen(({ url: target = '' }, response) => {
    const query = new URL(target, 'http://sandbox').searchParams;
    const count = Number(query.get('pagination.count'));
    const from = Number(query.get('pagination.cursor') ?? 0);
    asked.push(count);
    const length = Math.min(count, 5 - from);
    const ids = Array.from({ length }, (_, n) => `ct_${from + n}`);
    const next = from + length < 5 ? String(from + length) : null;
    sendPage(response, { list: 'computedTraits', ids, filler, next });
  });
  const client = segmentClient(url, new ManualClock(), { edition: 'v1' });
  onTestFinished(() => client.close());
  const { traits, complete } = await readTraits(client, 'spa_large', testCall());
  expect(traits.map(({ id }) => id)).toEqual(['ct_0', 'ct_1', 'ct_2', 'ct_3', 'ct_4']);
  expect(complete).toBe(true);
  expect(asked).toEqual([1000, 500, 250, 125, 62, 31, 15, 7, 3, 3]);

  const flags = { 'api-url': url, space: 'spa_large', edition: 'v1', toolsets: 'all' };
  await using composed = await startComposed(
    flags,
    { SEGMENT_API_TOKEN: 'sgp_token_for_tests' },
    { clock: new ManualClock() },
  );
  const list = await callTool(composed.client, 'list_computed_traits', { count: 5 });
  expect(list.structured.computedTraits).toHaveLength(2);
  expect(list.structured.pagination).toMatchObject({ next: '2' });
});

test('a single audience that is too large is an error', async () => {
  const { list, asked } = await largeSpace(4, maxAnswerBytes);
  await expect(list('spa_large', 4)).rejects.toMatchObject({
    code: 'bad_response',
    message: expect.stringContaining('larger than'),
  });
  expect(asked).toEqual([4, 2, 1]);
});

test.each<[string, object]>([
  ['in a list', { parts: Array.from({ length: maxAnswerValues }, () => 1) }],
  ['in many', { parts: Array.from({ length: maxAnswerValues / 2 }, () => [1, 2]) }],
  ['as fields', Object.fromEntries(Array.from({ length: maxAnswerValues }, (_, i) => [i, '']))],
])('an audience of too many values %s is an error, without being walked', async (_, more) => {
  const get = await oneAudience(more);
  await expect(get()).rejects.toMatchObject({
    code: 'bad_response',
    message: expect.stringContaining(`or has more than ${maxAnswerValues} values`),
  });
});

test('commas within strings are not values', async () => {
  const more = { description: `",\\"${','.repeat(2 * maxAnswerValues)}`, parts: [1, 2] };
  expect(await (await oneAudience(more))()).toMatchObject({ audience: more });
});

async function oneAudience(more: object) {
  const body = JSON.stringify({ data: { audience: { ...more, id: 'aud_1' } } });
  const url = await listen((_, response) => response.end(body));
  const client = segmentClient(url, new ManualClock(), { edition: 'v1' });
  onTestFinished(() => client.close());
  return () => client.send('get_audience', { spaceId: 'spa_1', id: 'aud_1' }, testCall());
}

describe('an audience of very many fields', () => {
  const contract = {
    definition: { query: "trait('a') = 1", type: 'users' },
    status: 'Live',
    description: '\u200b'.repeat(5000),
    name: 'N',
    id: 'aud_1',
  };
  const shown = { ...contract, description: cut(contract.description, 100) };
  const fields = (count: number, content: unknown) =>
    Object.fromEntries(Array.from({ length: count }, (_, index) => [`field${index}`, content]));

  test('is shortened in a time that grows no faster than they do', () => {
    const large = { ...fields(100_000, 1), ...contract };
    const before = process.cpuUsage();
    const short = shortened(large);
    expect(process.cpuUsage(before).user / 1000).toBeLessThan(2500);
    expect(short).toMatchObject(shown);
  });

  test.each([
    ['numbers', 1],
    ['strings', 'x'.repeat(200)],
    ['strings to be escaped', '\u200b"'.repeat(50)],
  ])('keeps those of the contract, then as many others as fit: %s', (_, content) => {
    const short = shortened({ ...fields(8000, content), ...contract });
    expect(short).toMatchObject(shown);
    const length = visibleJson(short).length;
    expect(length).toBeLessThanOrEqual(60_000);
    expect(length).toBeGreaterThan(60_000 - visibleJson({ field8000: content }).length);
  });

  test('keeps small ones where a large one does not fit', () => {
    const parts = Array.from({ length: 60_000 }, () => 1);
    const short = shortened({ ...contract, definition: { parts }, more: parts, last: 'L' });
    expect(short).toEqual({ ...shown, definition: undefined, last: 'L' });
  });

  test('names those that the contract has', () => {
    expect(audienceFields.toSorted()).toEqual(Object.keys(audienceSchema.unwrap().shape).sort());
  });
});

test('a page of very many rows is read', async () => {
  const count = 200_000;
  const audiences = Array.from({ length: count }, (_, index) => ({ id: `a${index}` }));
  const body = JSON.stringify({ data: { audiences, pagination: {} } });
  const url = await listen((_, response) => response.end(body));
  const client = segmentClient(url, new ManualClock(), { edition: 'v1' });
  onTestFinished(() => client.close());
  const space = await readSpace(client, 'spa_1', testCall());
  expect(space.audiences).toHaveLength(count);
});

test('whatever makes the search for a lost create fail, its outcome stays unknown', async () => {
  const { api } = fakeApi({ page: () => Promise.reject(new RangeError('too many')) });
  const error = new OutcomeUnknownError('It broke.', { next: 'Look.' });
  const wanted = { name: 'N' };
  const lost = { about, spaceId: 'spa_1', wanted, known: new Set<string>(), error };
  await expect(findCreated(lost, { api, call: testCall() })).rejects.toMatchObject({
    code: 'outcome_unknown',
    message: 'It broke. The search for it failed: too many',
  });
});
