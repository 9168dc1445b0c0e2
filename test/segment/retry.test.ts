import { describe, expect, test } from 'vitest';
import { pauseAfterFailure, pauseAfterRefusal } from '../../src/segment/retry.ts';

describe('after a failure', () => {
  test('pauses double, between half and all of the full length', () => {
    const shortest = [1, 2, 3].map((attempt) => pauseAfterFailure(attempt, undefined, 0));
    const longest = [1, 2, 3].map((attempt) => pauseAfterFailure(attempt, undefined, 1));
    expect(shortest).toEqual([250, 500, 1000]);
    expect(longest).toEqual([500, 1000, 2000]);
  });

  test('a pause is never shorter than what the server asked for', () => {
    expect(pauseAfterFailure(1, 3000, 0)).toBe(3000);
  });

  test('four attempts are enough', () => {
    expect(pauseAfterFailure(4, undefined, 0)).toBeUndefined();
    expect(pauseAfterFailure(4, 10, 0)).toBeUndefined();
  });
});

describe('after a 429', () => {
  test('that says nothing, pauses are 1, 2, 4, 8, 8, … s and up to a quarter more', () => {
    const shortest = [1, 2, 3, 4, 5, 30].map((refusal) => pauseAfterRefusal(refusal, undefined, 0));
    const longest = [1, 2, 3, 4, 5, 30].map((refusal) => pauseAfterRefusal(refusal, undefined, 1));
    expect(shortest).toEqual([1000, 2000, 4000, 8000, 8000, 8000]);
    expect(longest).toEqual([1250, 2500, 5000, 10_000, 10_000, 10_000]);
  });

  test('that says until when, the pause lasts so long', () => {
    expect(pauseAfterRefusal(1, 20_000, 1)).toBe(20_000);
  });

  test('that says 0 again and again, the pause is as long as after a failure', () => {
    expect([1, 4, 9].map((refusal) => pauseAfterRefusal(refusal, 0, 0))).toEqual([250, 2000, 4000]);
    expect(pauseAfterRefusal(9, 10, 1)).toBe(8000);
  });
});
