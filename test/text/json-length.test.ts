import fc from 'fast-check';
import { expect, test } from 'vitest';
import { jsonFits, jsonLength, minJsonLength } from '../../src/text/json-length.ts';
import { visibleJson } from '../../src/text/visible.ts';
import { wildValue } from '../support/wild-text.ts';

/*
 * How long the JSON of a value is, told without writing all of it.
 */

const values = fc.oneof(
  wildValue,
  fc.jsonValue(),
  fc.array(fc.double({ noDefaultInfinity: true })),
);

test('a value fits if its JSON is no longer', () => {
  fc.assert(
    fc.property(values, fc.integer({ min: -3, max: 3 }), (value, more) => {
      const { length } = visibleJson(value);
      expect(jsonLength(value)).toBe(length);
      expect(jsonFits(value, length + more)).toBe(more >= 0);
      expect(jsonFits(value, 6 * length)).toBe(true);
    }),
  );
});

test('the bound below is one, and six times it one above', () => {
  fc.assert(
    fc.property(values, (value) => {
      const least = minJsonLength(value, Number.POSITIVE_INFINITY);
      const { length } = visibleJson(value);
      expect(least).toBeLessThanOrEqual(length);
      expect(6 * least).toBeGreaterThanOrEqual(length);
    }),
  );
});

test('what is not there has no length', () => {
  const value = { a: 1, none: undefined };
  expect(jsonFits(value, '{"a":1}'.length)).toBe(true);
  expect(minJsonLength({ none: undefined }, 100)).toBe('{}'.length);
});

test('counting ends where it is enough', () => {
  let read = 0;
  const fields = Array.from({ length: 1000 }, (_, index) => {
    const get = () => {
      read += 1;
      return 'x';
    };
    return [`field${index}`, { enumerable: true, get }] as const;
  });
  const value = Object.defineProperties({}, Object.fromEntries(fields));
  expect(minJsonLength(value, 100)).toBeGreaterThan(100);
  expect(read).toBeLessThan(10);
});

test('what is cut from long strings does not count', () => {
  const value = { text: 'x'.repeat(1000) };
  expect(minJsonLength(value, 1_000_000, 10)).toBe('{"text":"xxxxxxxxxx"}'.length);
});
