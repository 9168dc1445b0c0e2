import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { replaceStrings } from '../../src/query/replace-strings.ts';
import { anyCharacter } from '../support/wild-text.ts';

const one = (query: string, find: string, replaceWith: string) =>
  replaceStrings(query, [{ find, replaceWith }]);

describe('whole strings are replaced', () => {
  test.each([
    ["trait('city') = 'Berlin'", 'Berlin', 'Bonn', "trait('city') = 'Bonn'"],
    ["trait('Berlin') = 'Berlin'", 'Berlin', 'Bonn', "trait('Bonn') = 'Bonn'"],
    ["trait('city') = 'Berlin Mitte'", 'city', 'town', "trait('town') = 'Berlin Mitte'"],
    ["trait('n') = 'O\\'Brien'", "O'Brien", "D'Arc", "trait('n') = 'D\\'Arc'"],
    ['trait("city") = "Berlin"', 'Berlin', 'say "hi"', 'trait("city") = \'say "hi"\''],
    ["trait('a') = 'x' // trait 'x'", 'x', 'y', "trait('a') = 'y' // trait 'x'"],
    ["trait('a') = '' AND trait('b') = 'c'", '', 'd', "trait('a') = 'd' AND trait('b') = 'c'"],
  ])('%s', (query, find, replaceWith, expected) => {
    expect(one(query, find, replaceWith)).toMatchObject({ kind: 'replaced', query: expected });
  });

  test('all at once, so that two can change places', () => {
    const swapped = replaceStrings("trait('a') = 'b'", [
      { find: 'a', replaceWith: 'b' },
      { find: 'b', replaceWith: 'a' },
    ]);
    expect(swapped).toEqual({ kind: 'replaced', query: "trait('b') = 'a'", count: 2 });
  });

  test.each(['Mitte', 'berlin', 'trait', '5'])(
    'a part, another spelling and a name are none: %s',
    (find) => {
      const query = "trait('city') = 'Berlin Mitte' AND trait('n') > 5";
      expect(one(query, find, 'x')).toEqual({
        kind: 'missing',
        find,
        strings: ['city', 'Berlin Mitte', 'n'],
      });
    },
  );

  test.each(['ends in \\', "a\\'b", '\\\\\\'])(
    "what can't be written is refused: %s",
    (replaceWith) => {
      expect(one("trait('a') = 'b'", 'b', replaceWith).kind).toBe('unwritable');
    },
  );

  test('a definition without an end of a string is not touched', () => {
    expect(one("trait('a') = 'b", 'a', 'c')).toEqual({ kind: 'unreadable' });
  });

  test('whatever the texts are, the strings are what was wanted', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: anyCharacter }),
        fc.string({ unit: anyCharacter }),
        (was, becomes) => {
          const first = one("trait('a') = 'b' AND trait('c') = 'd'", 'b', was);
          if (first.kind !== 'replaced' || ['a', 'c', 'd'].includes(was)) return;
          const second = one(first.query, was, becomes);
          if (second.kind !== 'replaced') expect(second.kind).toBe('unwritable');
          else expect(one(second.query, becomes, 'b').kind).toBe('replaced');
        },
      ),
    );
  });
});
