import { expect, test } from 'vitest';
import { pauseBeforeRetry } from '../../src/segment/retry.ts';

test('pauses double, between half and all of the full length', () => {
  const shortest = [1, 2, 3].map((attempt) => pauseBeforeRetry(attempt, undefined, 0));
  const longest = [1, 2, 3].map((attempt) => pauseBeforeRetry(attempt, undefined, 1));
  expect(shortest).toEqual([250, 500, 1000]);
  expect(longest).toEqual([500, 1000, 2000]);
});

test('a pause is never shorter than what the server asked for', () => {
  expect(pauseBeforeRetry(1, 3000, 0)).toBe(3000);
});

test('four attempts are enough', () => {
  expect(pauseBeforeRetry(4, undefined, 0)).toBeUndefined();
});
