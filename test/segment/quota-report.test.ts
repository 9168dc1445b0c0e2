import { describe, expect, test } from 'vitest';
import { readQuota, readRetryAfter } from '../../src/segment/quota-report.ts';

const noon = Date.UTC(2026, 0, 1, 12);
const http = (ms: number) => new Date(ms).toUTCString();

/** Reads an answer that was sent at noon and took 40 ms. */
const read = (headers: Record<string, string>, status = 200, body: unknown = undefined) =>
  readQuota({ status, headers, body, sentAt: noon, receivedAt: noon + 40 });

const refused = (msBeforeNext: unknown) => ({ errors: [{ data: { msBeforeNext } }] });

describe('the end of the window', () => {
  test('is one minute after the request that opened it', () => {
    expect(read({ 'x-ratelimit-consumed': '1' }).ends).toEqual({
      earliest: noon + 60_000,
      latest: noon + 60_040,
    });
  });

  test('is the reset date, within what whole seconds leave open', () => {
    const headers = { 'x-ratelimit-reset': http(noon + 30_000), date: http(noon) };
    expect(read(headers).ends).toEqual({ earliest: noon + 29_000, latest: noon + 31_040 });
  });

  test('follows the clock of the server, not ours', () => {
    const hourAhead = noon + 3_600_000;
    const headers = { 'x-ratelimit-reset': http(hourAhead + 30_000), date: http(hourAhead) };
    expect(read(headers).ends).toEqual({ earliest: noon + 29_000, latest: noon + 31_040 });
  });

  test('is read from a date with a numeric zone', () => {
    const headers = {
      'x-ratelimit-reset': 'Thu, 01 Jan 2026 13:00:30 +0100',
      date: http(noon),
    };
    expect(read(headers).ends?.latest).toBe(noon + 31_040);
  });

  test.each(['yesterday', '', http(noon - 86_400_000), http(noon + 86_400_000), '-1', 'NaN'])(
    'is unknown when the reset date is %j',
    (reset) => {
      expect(read({ 'x-ratelimit-reset': reset, date: http(noon) }).ends).toBeUndefined();
    },
  );
});

describe('the requests left', () => {
  test('are what the header says', () => {
    expect(read({ 'x-ratelimit-remaining': '7' }).remaining).toBe(7);
  });

  test.each(['-1', '1.5', 'NaN', '', '99999999999'])('are unknown when it says %j', (text) => {
    expect(read({ 'x-ratelimit-remaining': text }).remaining).toBeUndefined();
  });
});

describe('a refusal', () => {
  test('lasts for msBeforeNext', () => {
    expect(read({ 'retry-after': '9' }, 429, refused(1500)).closedUntil).toBe(noon + 40 + 1500);
  });

  test.each([-1, Number.NaN, 1e15, '1500', null])(
    'lasts for Retry-After when msBeforeNext is %j',
    (ms) => {
      expect(read({ 'retry-after': '9' }, 429, refused(ms)).closedUntil).toBe(noon + 40 + 9000);
    },
  );

  test('else until the end of the window', () => {
    const headers = { 'x-ratelimit-reset': http(noon + 30_000), date: http(noon) };
    expect(read(headers, 429).closedUntil).toBe(noon + 31_040);
  });

  test('else for a minute', () => {
    expect(read({}, 429, 'Too many requests').closedUntil).toBe(noon + 60_040);
  });

  test('is only a 429', () => {
    expect(read({ 'retry-after': '9' }, 503).closedUntil).toBeUndefined();
  });
});

describe('Retry-After', () => {
  test.each([
    ['3', 3000],
    ['0', 0],
    [http(noon + 5000), 6000],
    ['-3', undefined],
    ['soon', undefined],
    ['', undefined],
    ['1e300', undefined],
    [http(noon - 60_000), undefined],
  ])('%j is %j ms', (text, ms) => {
    expect(readRetryAfter({ 'retry-after': text }, noon)).toBe(ms);
  });
});
