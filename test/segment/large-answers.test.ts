import { expect, onTestFinished, test } from 'vitest';
import { maxAnswerBytes } from '../../src/segment/http.ts';
import { shortened } from '../../src/shorten.ts';
import { testCall } from '../support/call.ts';
import { listen } from '../support/listen.ts';
import { ManualClock } from '../support/manual-clock.ts';
import { segmentClient } from '../support/segment-client.ts';

/*
 * Answers that are larger than is read or shown.
 */

/** A space of so many audiences, each of so many bytes; keeps the sizes that were asked for. */
async function largeSpace(rows: number, rowBytes: number) {
  const asked: number[] = [];
  const filler = 'x'.repeat(rowBytes);
  const url = await listen(({ url: target = '' }, response) => {
    const query = new URL(target, 'http://sandbox').searchParams;
    const count = Number(query.get('pagination.count'));
    const from = Number(query.get('pagination.cursor') ?? 0);
    asked.push(count);
    const length = Math.min(count, rows - from);
    const audiences = Array.from({ length }, (_, index) => ({ id: `aud_${from + index}`, filler }));
    const next = from + length < rows ? String(from + length) : null;
    response.end(JSON.stringify({ data: { audiences, pagination: { next } } }));
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

test('a single audience that is too large is an error', async () => {
  const { list, asked } = await largeSpace(4, maxAnswerBytes);
  await expect(list('spa_large', 4)).rejects.toMatchObject({
    code: 'bad_response',
    message: expect.stringContaining('larger than'),
  });
  expect(asked).toEqual([4, 2, 1]);
});

test('an audience of very many fields is shortened in no time', () => {
  const fields = Array.from({ length: 100_000 }, (_, index) => [`field${index}`, index] as const);
  const before = process.cpuUsage();
  const short = shortened({ id: 'aud_1', name: 'N', ...Object.fromEntries(fields) });
  expect(process.cpuUsage(before).user / 1000).toBeLessThan(5000);
  expect(short.id).toBe('aud_1');
  expect(JSON.stringify(short).length).toBeLessThanOrEqual(60_000);
});
