import fc from 'fast-check';
import type { Account, EventRecord, Profile } from '../../src/query/index.ts';

/*
 * Data that the definitions of arbitrary-query.ts can be about.
 */

/** The present moment of all generated data. */
export const now = Date.UTC(2026, 5, 1, 15, 30);
const hour = 3_600_000;

const word = fc.constantFrom('a', 'b', 'ab', 'vip', 'v', '3');
const number = fc.oneof(fc.integer({ min: 0, max: 6 }), fc.constantFrom(1.5, -1, '3', '1.50'));
const moment = fc.oneof(
  // Whole days, so that the ends of windows are met.
  fc.integer({ min: -62, max: 62 }).map((days) => new Date(now + days * 24 * hour).toISOString()),
  // Days without a time.
  fc
    .integer({ min: -62, max: 62 })
    .map((days) => new Date(now + days * 24 * hour).toISOString().slice(0, 10)),
  fc.constantFrom('2026-01-01T00:00:00.000Z', '2026-01-01T01:00:00+01:00', '2026-01-01'),
);
const perhaps = <Value>(value: fc.Arbitrary<Value>) =>
  fc.oneof({ weight: 5, arbitrary: value }, { weight: 1, arbitrary: fc.constant(null) });
const anyValue = fc.oneof(number, word, moment, fc.boolean(), fc.array(fc.oneof(number, word)));

const event: fc.Arbitrary<EventRecord> = fc.record(
  {
    name: fc.constantFrom('Viewed', 'Bought', 'Returned'),
    // Whole hours and days, so that the ends of windows are met; some lie ahead, some long ago.
    at: fc
      .oneof(
        fc.integer({ min: -2, max: 70 }).map((days) => days * 24),
        fc.integer({ min: -2, max: 70 }),
        fc.constantFrom(1095 * 24, 1095 * 24 + 1),
      )
      .map((hours) => now - hours * hour),
    properties: fc.record(
      {
        price: perhaps(number),
        category: perhaps(word),
        tags: fc.oneof(fc.array(word, { maxLength: 3 }), anyValue),
      },
      { requiredKeys: [] },
    ),
    source: fc.constantFrom('src_1', 'src_2'),
  },
  { requiredKeys: ['name', 'at', 'properties'] },
);

/** A person with events in the order of time. */
export const profile: fc.Arbitrary<Profile> = fc.record({
  traits: fc.record(
    {
      spend: perhaps(number),
      plan: perhaps(anyValue),
      seen_at: perhaps(moment),
      address: fc.record({ city: word }, { requiredKeys: [] }),
    },
    { requiredKeys: [] },
  ),
  events: fc.array(event, { maxLength: 6 }).map((events) => events.toSorted((a, b) => a.at - b.at)),
});

/** An account with up to three people. */
export const account: fc.Arbitrary<Account> = fc
  .tuple(profile, fc.array(profile, { maxLength: 3 }))
  .map(([own, users]) => ({ ...own, users }));
