import fc from 'fast-check';
import { expect, test } from 'vitest';
import { InvalidInputError } from '../../src/segment/errors.ts';
import { fillPath } from '../../src/segment/request.ts';

const template = '/spaces/{spaceId}/audiences/{id}';

test.each([
  ['a/b', 'a%2Fb'],
  ['../../x', '..%2F..%2Fx'],
  ['%2e%2e', '%252e%252e'],
  ['a?b#c', 'a%3Fb%23c'],
  ['…', '%E2%80%A6'],
])('%j is one segment', (id, encoded) => {
  expect(fillPath(template, { spaceId: 's', id })).toBe(`/spaces/s/audiences/${encoded}`);
});

test.each(['', '.', '..', '\ud800'])('%j is refused by name', (id) => {
  expect(() => fillPath(template, { spaceId: 's', id })).toThrow(InvalidInputError);
  expect(() => fillPath(template, { spaceId: 's', id })).toThrow(/^id can't be/);
});

test('any id stays one segment that decodes to itself', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme', minLength: 1 }), (id) => {
      fc.pre(id !== '.' && id !== '..');
      const segments = fillPath(template, { spaceId: 's', id }).split('/');
      expect(segments).toHaveLength(5);
      expect(decodeURIComponent(segments[4] ?? '')).toBe(id);
    }),
  );
});
