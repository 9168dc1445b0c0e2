import { describe, expect, test } from 'vitest';
import { isTimezone, nextTime, type Timing } from '../../src/sandbox/due-times.ts';

/*
 * When the next run of a linked audience is due.
 */

const next = (timing: Timing, after: string) => {
  const time = nextTime(timing, Date.parse(after));
  return time === undefined ? undefined : new Date(time).toISOString();
};

describe('an interval is aligned to UTC', () => {
  test.each([
    ['15m', '2026-03-01T10:07:00Z', '2026-03-01T10:15:00.000Z'],
    ['15m', '2026-03-01T10:15:00Z', '2026-03-01T10:30:00.000Z'],
    ['6h', '2026-03-01T13:00:00Z', '2026-03-01T18:00:00.000Z'],
    ['8h', '2026-03-01T16:00:00.001Z', '2026-03-02T00:00:00.000Z'],
    ['1d', '2026-03-01T00:00:00Z', '2026-03-02T00:00:00.000Z'],
  ] as const)('%s after %s', (interval, after, expected) => {
    expect(next({ strategy: 'PERIODIC', config: { interval } }, after)).toBe(expected);
  });
});

describe('certain days are those of their zone', () => {
  const on = (days: number[], hours: number[], timezone: string): Timing => ({
    strategy: 'SPECIFIC_DAYS',
    config: { days, hours, timezone },
  });

  test.each([
    // 2026-03-01 is a Sunday.
    ['the same day', on([0], [9], 'UTC'), '2026-03-01T08:59:00Z', '2026-03-01T09:00:00.000Z'],
    ['the next week', on([0], [9], 'UTC'), '2026-03-01T09:00:00Z', '2026-03-08T09:00:00.000Z'],
    ['the next hour', on([0], [9, 17], 'UTC'), '2026-03-01T09:00:00Z', '2026-03-01T17:00:00.000Z'],
    [
      'in winter',
      on([1], [7], 'Europe/Berlin'),
      '2026-03-01T12:00:00Z',
      '2026-03-02T06:00:00.000Z',
    ],
    [
      'in summer',
      on([1], [7], 'Europe/Berlin'),
      '2026-07-05T12:00:00Z',
      '2026-07-06T05:00:00.000Z',
    ],
    [
      'at midnight',
      on([1], [0], 'America/New_York'),
      '2026-03-01T12:00:00Z',
      '2026-03-02T05:00:00.000Z',
    ],
    [
      'at a half hour',
      on([1], [7], 'Asia/Kolkata'),
      '2026-03-01T12:00:00Z',
      '2026-03-02T01:30:00.000Z',
    ],
    // Summer time begins there on 2026-03-29 and leaves out the hour from 2 to 3.
    ['left out', on([0], [2], 'Europe/Berlin'), '2026-03-28T12:00:00Z', '2026-04-05T00:00:00.000Z'],
  ])('%s', (_, timing, after, expected) => {
    expect(next(timing, after)).toBe(expected);
  });
});

test.each([
  ['Europe/Berlin', true],
  ['UTC', true],
  ['Europe/Nowhere', false],
  ['+01:00', false],
  ['', false],
])('whether %j is a zone: %s', (name, expected) => {
  expect(isTimezone(name)).toBe(expected);
});
