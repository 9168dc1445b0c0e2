import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { InvalidInputError } from '../../src/segment/errors.ts';
import { fillPath } from '../../src/segment/request.ts';

const template = '/spaces/{spaceId}/audiences/{id}';
const pathOf = (id: string) => fillPath(template, { spaceId: 's', id });

describe('an id', () => {
  test.each([
    ['a b', 'a%20b'],
    ['a?b#c', 'a%3Fb%23c'],
    ['50%', '50%25'],
    ['%zz', '%25zz'],
    ['a..b', 'a..b'],
    ['...', '...'],
    ['…', '%E2%80%A6'],
    ['%C3%A4', '%25C3%25A4'],
  ])('%j is one segment', (id, encoded) => {
    expect(pathOf(id)).toBe(`/spaces/s/audiences/${encoded}`);
  });

  test.each([
    ...['', '.', '..', '\ud800', 'a/b', '../../x', 'a\\b', 'a\nb', 'a\u0000b', 'a\u0085b'],
    ...['%2e%2e', '.%2E', 'a%2Fb', 'a%5cb', 'a%00b', 'a%0d%0ab', 'a%C2%85b'],
    ...['%252e%252e', 'a%25252Fb', `%${'25'.repeat(9)}20`, 'a%c0%afb', '%c0%ae%c0%ae', 'a%u002fb'],
    ...['..;x', '%2e%2e%3bx', ' .. ', '%ff%2fx'],
  ])('%j is refused by name', (id) => {
    expect(() => pathOf(id)).toThrow(InvalidInputError);
    expect(() => pathOf(id)).toThrow(/^id can't be/);
    expect(() => fillPath(template, { spaceId: id, id: 'a' })).toThrow(/^spaceId can't be/);
  });

  test('that is sent holds nothing that leaves its segment, however often it is decoded', () => {
    const hostile = fc.stringMatching(/^[./%\\?#;25ceEfFaA]{1,16}$/);
    fc.assert(
      fc.property(fc.oneof(hostile, fc.string({ unit: 'grapheme', minLength: 1 })), (id) => {
        let path: string;
        try {
          path = pathOf(id);
        } catch (error) {
          expect(error).toBeInstanceOf(InvalidInputError);
          return;
        }
        let decoded = path.split('/')[4] ?? '';
        expect(decodeURIComponent(decoded)).toBe(id);
        for (let round = 0; round < 12; round += 1) {
          expect(decoded).not.toMatch(/[/\\]|^\.{1,2}$/);
          decoded = decoded.replace(/%([0-7][0-9a-f])/gi, (_, hex) =>
            String.fromCharCode(Number.parseInt(hex, 16)),
          );
        }
      }),
      { numRuns: 2000 },
    );
  });
});

describe('a name', () => {
  const pathOfName = (event: string) => fillPath('/events/{event:name}/rules', { event });

  test.each([
    ['Cart / Checkout', 'Cart%20%2F%20Checkout'],
    ['a\\b', 'a%5Cb'],
    ['50%2Foff', '50%252Foff'],
  ])('%j may hold a slash', (event, encoded) => {
    expect(pathOfName(event)).toBe(`/events/${encoded}/rules`);
  });

  test.each(['', '..', '.', 'a/../b', 'a/%2e%2e', '..%2Fa', 'a\\..', '%252e%252e/x', '\ud800'])(
    '%j is refused',
    (event) => {
      expect(() => pathOfName(event)).toThrow(/^event can't be/);
    },
  );
});
