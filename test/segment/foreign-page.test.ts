import { expect, onTestFinished, test } from 'vitest';
import { AudiencesError } from '../../src/segment/errors.ts';
import { readableStart } from '../../src/segment/foreign-page.ts';
import { testCall } from '../support/call.ts';
import { listen } from '../support/listen.ts';
import { ManualClock } from '../support/manual-clock.ts';
import { segmentClient } from '../support/segment-client.ts';

/*
 * What is shown of a page that is not Segment's.
 */

test.each([
  ['<html><body><h1>502</h1>\n\n Proxy says <b>no</b></body></html>', '502 Proxy says no'],
  ['<STYLE>p { color: red }</STYLE><p>Seen</p>', 'Seen'],
  ['<script>if (a < b && c > d) f()</script\n>Seen', 'Seen'],
  ['<styled>Seen</styled>', 'Seen'],
  ['Seen<style>cut within', 'Seen'],
  ['\u0130\u0130\u0130<style>x</style>Seen', '\u0130\u0130\u0130 Seen'],
  ['2 < 3, <b>so</b>', '2 so'],
  ['Seen <never closed', 'Seen <never closed'],
  ['plain text', 'plain text'],
  ['', ''],
  ['x'.repeat(300), 'x'.repeat(200)],
  [`${'x'.repeat(199)}\u{1f600}`, `${'x'.repeat(199)}\ufffd`],
  [`<style>${'x'.repeat(30_000)}</style>Too far away`, ''],
])('%j', (page, shown) => {
  expect(readableStart(page)).toBe(shown);
});

/** Beginnings and tags that are never closed, white space that ends in nothing: each very often. */
const hostile = [
  '<',
  '<style',
  '<style>',
  '<script ',
  '</style',
  ' ',
  '<a ',
  '<!--',
  '>',
  '<style></',
];

test.each(hostile)('a page full of %j costs no time', async (piece) => {
  const page = piece.repeat(Math.ceil(400_000 / piece.length));
  const url = await listen((_, response) => response.writeHead(403).end(page));
  const client = segmentClient(url, new ManualClock());
  onTestFinished(() => client.close());
  const before = process.cpuUsage();
  const error: unknown = await client
    .send('get_audience', { spaceId: 'spa_1', id: 'aud_1' }, testCall())
    .catch((reason: unknown) => reason);
  const { user } = process.cpuUsage(before);
  expect(error).toMatchObject({ code: 'forbidden', facts: { status: 403 } });
  expect(error instanceof AudiencesError && error.message.length).toBeLessThan(1500);
  // A pattern that looks ahead from every place takes minutes.
  expect(user / 1000).toBeLessThan(2000);
});
