import { describe, expect, test } from 'vitest';
import { staleError } from '../../src/safety/snapshot.ts';
import { audiences } from '../../src/safety/thing.ts';
import { newest } from '../../src/segment/editions/editions.ts';
import {
  type AudiencesError,
  CancelledError,
  NoAnswerError,
  OutOfTimeError,
  UnreachedError,
  UnsentError,
} from '../../src/segment/errors.ts';
import { Tries } from '../../src/segment/tries.ts';

/*
 * What ends a request between two attempts says nothing untrue of those before.
 */

const name = 'remove_audience_from_space';
const row = newest.rows[name];
const next = 'Look.';
const refusedBefore = /An earlier attempt returned HTTP 429: Segment changed nothing\.$/;

const ends: [string, () => AudiencesError][] = [
  ['no connection', () => new UnreachedError('It could not be reached.', { next })],
  ['no time', () => new OutOfTimeError(name, 2000)],
  ['a change by others', () => staleError(audiences, 'since', undefined, undefined)],
  ['a look that failed', () => new UnsentError('upstream_error', 'HTTP 502.', { next })],
  ['a cancellation', () => new CancelledError(name, false)],
];

describe.each(ends)('%s', (_, errorOf) => {
  test('before the first attempt says that nothing was sent or written', () => {
    const error = new Tries(name, row).notSentAgain(errorOf());
    expect(String(error)).toMatch(
      /[Nn]othing was (?:sent|written)\.|was not sent: |before it was sent\./,
    );
  });

  test.each(['notSentAgain', 'stillUncertain'] as const)(
    'after one that was refused says so (%s)',
    (way) => {
      const tries = new Tries(name, row);
      tries.attempts = 2;
      tries.refusals = 1;
      const error = tries[way](errorOf());
      expect(error).toMatchObject({
        code: errorOf().code,
        message: expect.stringMatching(refusedBefore),
      });
      expect(JSON.stringify(error)).not.toMatch(
        /[Nn]othing was sent|was not sent:|before it was sent\./,
      );
    },
  );

  test('after one that may have taken effect says that, and not that nothing was sent', () => {
    const tries = new Tries(name, row);
    const lost = new NoAnswerError('upstream_error', 'HTTP 502.', { next });
    expect(tries.endOf({ kind: 'uncertain', transient: true, error: lost })).toBeUndefined();
    const error = tries.notSentAgain(errorOf());
    expect(error).toBeInstanceOf(NoAnswerError);
    expect(String(error)).toContain('HTTP 502. The next attempt was not made: ');
    expect(String(error)).not.toMatch(/[Nn]othing was sent/);
  });
});
