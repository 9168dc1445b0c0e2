import { expect, test } from 'vitest';
import { pauseBeforeRetry } from '../../src/segment/retry.ts';

test('pauses double, between half and all of the full length', () => {
  const shortest = [1, 2, 3].map((attempt) => pauseBeforeRetry(attempt, false, undefined, 0));
  const longest = [1, 2, 3].map((attempt) => pauseBeforeRetry(attempt, false, undefined, 1));
  expect(shortest).toEqual([250, 500, 1000]);
  expect(longest).toEqual([500, 1000, 2000]);
});

test('a pause is never shorter than what the server asked for', () => {
  expect(pauseBeforeRetry(1, false, 3000, 0)).toBe(3000);
});

test('four attempts are enough, unless it is only the quota that is lacking', () => {
  expect(pauseBeforeRetry(4, false, undefined, 0)).toBeUndefined();
  expect(pauseBeforeRetry(4, true, 10, 0)).toBe(2000);
  expect(pauseBeforeRetry(9, true, undefined, 1)).toBe(8000);
});
