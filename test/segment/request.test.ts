import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { InvalidInputError } from '../../src/segment/errors.ts';
import { fillPath } from '../../src/segment/request.ts';
import { runs } from '../support/runs.ts';

const template = '/spaces/{spaceId}/audiences/{id}';
const pathOf = (id: string) => fillPath(template, { spaceId: 's', id });

describe('an id', () => {
  test.each([
    ['a b', 'a%20b'],
    ['a;b', 'a%3Bb'],
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
    ...['%e0%80%af', '%e0%80%ae%e0%80%ae', '%f0%80%80%af', '%f8%80%80%80%af', '%fc%80%80%80%80%af'],
    ...['%25e0%2580%25af', 'a%e4b', 'a%c3', '%80', '%ed%a0%80', '%fe', '%c1%9c'],
    ...['?', '?x', 'a?x', 'a#x', '%3f', '%23', 'a%253fx', 'a%c0%bfx', 'a%u003fx'],
    ...[' ', '%20', ';', ';x', ' ;x', '%3bx', '%e2%80%83'],
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
        const rounds = Array.from({ length: 12 }, () => {
          const before = decoded;
          decoded = decoded.replace(/%([0-7][0-9a-f])/gi, (_, hex) =>
            String.fromCharCode(Number.parseInt(hex, 16)),
          );
          return before;
        });
        const leaving = /[/\\?#]|^\.{0,2}$|%(?:c[01]|e0%[89])/i;
        expect(rounds.filter((each) => leaving.test(each))).toEqual([]);
      }),
      { numRuns: runs(500) },
    );
  });
});

describe('a name', () => {
  const pathOfName = (event: string) => fillPath('/events/{event:name}/rules', { event });

  test.each([
    ['Cart / Checkout', 'Cart%20%2F%20Checkout'],
    ['a\\b', 'a%5Cb'],
    ['50%2Foff', '50%252Foff'],
    ['Why? 50%de #1', 'Why%3F%2050%25de%20%231'],
  ])('%j may hold what ids may not', (event, encoded) => {
    expect(pathOfName(event)).toBe(`/events/${encoded}/rules`);
  });

  test.each([
    ...['', '..', '.', 'a/../b', 'a/%2e%2e', '..%2Fa', 'a\\..', '%252e%252e/x', '\ud800'],
    ...['%e0%80%ae.', 'a/%f0%80%80%ae%c0%ae'],
  ])('%j is refused', (event) => {
    expect(() => pathOfName(event)).toThrow(/^event can't be/);
  });
});

test.each([
  ['/spaces/{spaceId}/audiences/{id}', undefined, 'id', /list_audiences/],
  ['/spaces/{spaceId}/computed-traits/{id}', undefined, 'id', /list_computed_traits/],
  ['/spaces/{spaceId}/audiences/previews/{id}', 'previewId', 'previewId', /preview_audience/],
  ['/a/{scheduleId}', undefined, 'scheduleId', /list_audience_schedules/],
  ['/spaces/{spaceId}/events/{event:name}/properties', undefined, 'event', /kind events/],
  ['/spaces/{spaceId}/entities/{entity:name}/properties', undefined, 'entity', /kind entities/],
])('of %s, what is not an id is named, with where to find one', (path, idField, field, next) => {
  let thrown: unknown;
  try {
    fillPath(
      path,
      { spaceId: 's', id: '..', scheduleId: '..', event: '..', entity: '..' },
      idField,
    );
  } catch (error) {
    thrown = error;
  }
  expect(thrown).toMatchObject({
    message: expect.stringMatching(new RegExp(`^${field} can't be`)),
    facts: { field, next: expect.stringMatching(next) },
  });
});
