import { describe, expect, test } from 'vitest';
import { Guests } from '../src/guests.ts';

/* What a server remembers of its callers between their requests. */

const unlimited = { take: () => 0 };

describe('what callers were shown', () => {
  test('is kept for each caller and token', () => {
    const guests = new Guests(unlimited);
    const seen = guests.seenBy('ann', 'default');
    expect(guests.seenBy('ann', 'default')).toBe(seen);
    expect(guests.seenBy('bob', 'default')).not.toBe(seen);
    expect(guests.seenBy('ann', 'eu')).not.toBe(seen);
    expect(guests.seenBy('ann', 'default')).toBe(seen);
  });

  test('is kept for the 200 who called last', () => {
    const guests = new Guests(unlimited);
    const seen = (caller: number) => guests.seenBy(`caller-${caller}`, 'default');
    const all = Array.from({ length: 200 }, (_, caller) => seen(caller));
    expect(seen(0)).toBe(all[0]);
    seen(200);
    // It was the second that had not called for the longest.
    expect(seen(0)).toBe(all[0]);
    expect(seen(2)).toBe(all[2]);
    expect(seen(1)).not.toBe(all[1]);
  });

  test('is kept while a call of theirs is under way', () => {
    const guests = new Guests(unlimited);
    const seen = guests.seenBy('ann', 'default');
    const end = guests.begin('ann', 'default', undefined);
    const fill = () => {
      for (let caller = 0; caller < 300; caller += 1) guests.seenBy(`caller-${caller}`, 'default');
    };
    fill();
    expect(guests.seenBy('ann', 'default')).toBe(seen);
    end();
    fill();
    expect(guests.seenBy('ann', 'default')).not.toBe(seen);
  });
});

test('calls under way are limited for each caller by itself', () => {
  const guests = new Guests(unlimited);
  const ends = Array.from({ length: 32 }, () => guests.begin('ann', 'default', undefined));
  expect(() => guests.begin('ann', 'default', undefined)).toThrow('32 calls of yours');
  guests.begin('bob', 'default', undefined);
  ends[0]?.();
  expect(() => guests.begin('ann', 'default', undefined)).not.toThrow();
});
