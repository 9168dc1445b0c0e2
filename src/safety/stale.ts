import type { Audience } from '../segment/entities.ts';
import { AudiencesError } from '../segment/errors.ts';
import { sayDifferences } from './account.ts';
import { differences, type Snapshot, snapshotOf } from './snapshot.ts';

/**
 * The error for a write that was meant for an audience as it no longer is.
 *
 * @param since how the message goes on after "has changed". @param now the audience as it is.
 * @param known how it was, if that is still known.
 */
export function staleError(
  since: string,
  now: Audience | undefined,
  known: Snapshot | undefined,
): AudiencesError {
  const changed = now && known ? differences(known, snapshotOf(now)) : [];
  const what = changed.length > 0 ? `: ${sayDifferences(changed)}` : '';
  return new AudiencesError(
    'stale',
    `The audience has changed ${since}${what}. Nothing was sent.`,
    {
      next: 'Tell the user what changed. If the write is still wanted, make it anew from the audience as it is now, without confirmation.',
      details: { changed, audience: now },
    },
  );
}
