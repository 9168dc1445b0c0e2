import { describe, expect, test } from 'vitest';
import { readQuota, readRetryAfter } from '../../../src/segment/quota/report.ts';

const noon = Date.UTC(2026, 0, 1, 12);
const http = (ms: number) => new Date(ms).toUTCString();

/** Reads an answer that was sent at noon and took 40 ms. */
const read = (headers: Record<string, string>, status = 200, body: unknown = undefined) =>
  readQuota({ status, headers, body, sentAt: noon, receivedAt: noon + 40, now: noon + 40 });

const refused = (data: object) => ({ errors: [{ data }] });

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

  test('is the reset date alone where windows begin at fixed times, not with a request', () => {
    const headers = {
      'x-ratelimit-consumed': '1',
      'x-ratelimit-reset': http(noon + 30_000),
      date: http(noon),
    };
    expect(read(headers).ends).toEqual({ earliest: noon + 29_000, latest: noon + 31_040 });
  });

  test('may be earlier than a minute after the request that opened it, by the precision of dates', () => {
    const headers = {
      'x-ratelimit-consumed': '1',
      'x-ratelimit-reset': http(noon + 60_000),
      date: http(noon),
    };
    expect(read(headers).ends).toEqual({
      earliest: noon + 60_000,
      latest: noon + 60_040,
      notBefore: noon + 59_000,
    });
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

describe('the limit', () => {
  const standing = (consumed: string, remaining: string) => ({
    'x-ratelimit-consumed': consumed,
    'x-ratelimit-remaining': remaining,
  });

  test('is what was consumed and what remains', () => {
    expect(read(standing('1', '49')).limit).toBe(50);
    expect(read(standing('50', '0'), 201).limit).toBe(50);
  });

  test.each([422, 429, 500])('is not read from a %i', (status) => {
    expect(read(standing('21', '0'), status).limit).toBeUndefined();
  });

  test.each([
    ['0', '50'],
    ['-1', '50'],
    ['1', ''],
    ['', '49'],
    ['1', '999999999'],
    ['NaN', '1e3'],
  ])('is unknown when %j were consumed and %j remain', (consumed, remaining) => {
    expect(read(standing(consumed, remaining)).limit).toBeUndefined();
  });
});

describe('a 429', () => {
  test.each([
    ['1', 1500, 1000],
    ['9', 9000, 1500],
  ])(
    'with points closes the operation for the longer pause: Retry-After %s',
    (seconds, ms, atLeast) => {
      const points = { remainingPoints: 0, msBeforeNext: 1500, consumedPoints: 21 };
      expect(read({ 'retry-after': seconds }, 429, refused(points)).refusal).toEqual({
        scope: 'operation',
        untilMs: noon + 40 + ms,
        notBefore: noon + atLeast - 2000,
      });
    },
  );

  test("with points in another entry than the first is the operation's, too", () => {
    const points = { remainingPoints: 0, msBeforeNext: 1500, consumedPoints: 21 };
    const body = { errors: [{ type: 'other', data: null }, { data: points }] };
    expect(read({}, 429, body).refusal).toMatchObject({
      scope: 'operation',
      untilMs: noon + 40 + 1500,
    });
  });

  test('with points that do not say until when closes it for Retry-After', () => {
    const points = { remainingPoints: 0, consumedPoints: 21 };
    expect(read({ 'retry-after': '9' }, 429, refused(points)).refusal).toEqual({
      scope: 'operation',
      untilMs: noon + 40 + 9000,
      notBefore: noon + 7000,
    });
  });

  test('with Retry-After and no points closes the token', () => {
    expect(read({ 'retry-after': '9' }, 429, '').refusal).toEqual({
      scope: 'token',
      untilMs: noon + 40 + 9000,
    });
  });

  test.each([-1, Number.NaN, 1e15, '1500', null])(
    'with a msBeforeNext of %j and Retry-After closes the token: it has no points',
    (msBeforeNext) => {
      const body = refused({ msBeforeNext });
      expect(read({ 'retry-after': '9' }, 429, body).refusal).toEqual({
        scope: 'token',
        untilMs: noon + 40 + 9000,
      });
    },
  );

  test('with a reset date alone closes the operation until then', () => {
    const headers = { 'x-ratelimit-reset': http(noon + 30_000), date: http(noon) };
    expect(read(headers, 429).refusal).toEqual({
      scope: 'operation',
      untilMs: noon + 31_040,
      notBefore: noon + 29_000,
    });
  });

  test.each([
    ['nothing', {}, 'Too many requests'],
    ['negative values', { 'retry-after': '-5' }, refused({ msBeforeNext: -5000 })],
    ['dates that are over', { 'retry-after': http(0), 'x-ratelimit-reset': http(0) }, undefined],
    ['points without a time', {}, refused({ remainingPoints: 0 })],
  ])('with %s closes nothing', (_, headers, body) => {
    expect(read(headers, 429, body).refusal).toEqual({ scope: 'unknown' });
  });

  test('is the only refusal', () => {
    expect(read({ 'retry-after': '9' }, 503).refusal).toBeUndefined();
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

  test.each([-600_000, 0, 600_000])(
    "is read against the answer's own date, ours %i ms off",
    (off) => {
      const headers = { 'retry-after': http(noon + 5000), date: http(noon) };
      expect(readRetryAfter(headers, noon + off)).toBe(6000);
    },
  );
});
