import fc from 'fast-check';
import { expect, test } from 'vitest';
import { askedFor, variablesIn } from '../../src/resources/uri-template.ts';
import { runs } from '../support/runs.ts';
import { anyCharacter } from '../support/wild-text.ts';

const template = 'segment://spaces/{spaceId}/audiences/{id}';

test('names its variables', () => {
  expect(variablesIn(template)).toEqual(['spaceId', 'id']);
  expect(variablesIn('segment://query-language')).toEqual([]);
});

test.each([
  ['segment://spaces/spa_1/audiences/aud_1', { spaceId: 'spa_1', id: 'aud_1' }],
  ['segment://spaces/a%20b/audiences/%2e%2e', { spaceId: 'a b', id: '..' }],
  ['segment://spaces//audiences/aud_1', undefined],
  ['segment://spaces/spa_1/audiences/', undefined],
  ['segment://spaces/spa_1/audiences/aud_1/', undefined],
  ['segment://spaces/spa_1/audiences/a/b', undefined],
  ['segment://spaces/spa_1/audience/aud_1', undefined],
  ['segment://spaces/spa_1/overview', undefined],
  ['segment://spaces/%E0%A4%A/audiences/aud_1', undefined],
  ['SEGMENT://spaces/spa_1/audiences/aud_1', undefined],
  ['', undefined],
])('%s', (uri, expected) => {
  expect(askedFor(template, uri)).toEqual(expected);
});

test('a URI names any id that it is made from', () => {
  const id = fc.string({ unit: anyCharacter, minLength: 1 }).filter((text) => text.isWellFormed());
  fc.assert(
    fc.property(id, id, (spaceId, audience) => {
      const asked = { spaceId, id: audience };
      const [space, own] = [spaceId, audience].map(encodeURIComponent);
      expect(askedFor(template, `segment://spaces/${space}/audiences/${own}`)).toEqual(asked);
    }),
    { numRuns: runs(100) },
  );
});
