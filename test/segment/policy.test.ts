import { expect, test } from 'vitest';
import { AudiencesError } from '../../src/segment/errors.ts';
import { assertAllowed } from '../../src/segment/policy.ts';

/** The error of an operation that reads a space. */
function refusal(allowedSpaces: readonly string[] | undefined, spaceId: string | undefined) {
  try {
    assertAllowed({ readOnly: false, allowedSpaces }, 'get_audience', { writes: false }, spaceId);
  } catch (error) {
    if (error instanceof AudiencesError) return error;
    throw error;
  }
  return undefined;
}

test('a list without spaces allows none, and is not the same as no list', () => {
  expect(refusal(undefined, 'spa_a')).toBeUndefined();
  expect(refusal([], undefined)).toBeUndefined();
  expect(refusal([], 'spa_a')).toMatchObject({
    code: 'space_not_allowed',
    facts: { next: expect.stringMatching(/^No spaces are allowed here\. /) },
  });
  expect(refusal(['spa_b', 'spa_c'], 'spa_a')?.facts.next).toMatch(
    /allowed spaces: spa_b, spa_c\. /,
  );
});
