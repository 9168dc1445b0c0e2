import type { SegmentApi } from '../segment/api.ts';
import type { CallContext } from '../segment/call.ts';
import { AudiencesError, CancelledError } from '../segment/errors.ts';
import type { Audience } from '../segment/models/audience.ts';
import { readSpace } from '../segment/space.ts';
import { traitsIn } from './meaning.ts';

/** How long the dependents that a person has seen count as current. */
export const maxDependentsAgeMs = 10_000;

/** The result of the search: the dependents, or why they are unknown. */
export type Dependents =
  | { kind: 'known'; audiences: readonly Audience[] }
  | { kind: 'unknown'; error: AudiencesError | undefined };

/** Finds the other audiences of a space that use this one as a trait. */
export async function findDependents(
  spaceId: string,
  { id, key }: Audience,
  { api, call }: { api: SegmentApi; call: CallContext },
): Promise<Dependents> {
  try {
    const { audiences, complete } = await readSpace(api, spaceId, call);
    if (!complete || typeof key !== 'string') return { kind: 'unknown', error: undefined };
    const dependents: Audience[] = [];
    for (const audience of audiences) {
      if (audience.id === id || !couldUse(audience, key)) continue;
      const traits = await traitsIn(audience);
      if (traits.includes(key)) dependents.push(audience);
    }
    return { kind: 'known', audiences: dependents };
  } catch (error) {
    if (error instanceof CancelledError || !(error instanceof AudiencesError)) throw error;
    return { kind: 'unknown', error };
  }
}

/**
 * Whether a definition has to be read to tell whether it uses a key: one that does contains the key,
 * perhaps with backslashes in it.
 */
function couldUse({ definition }: Audience, key: string): boolean {
  const query = definition?.query;
  return typeof query !== 'string' || query.includes(key) || query.includes('\\');
}
