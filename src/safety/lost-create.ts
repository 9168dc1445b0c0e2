import type { SegmentApi } from '../segment/api.ts';
import type { CallContext } from '../segment/call.ts';
import type { Audience } from '../segment/contract.ts';
import { AudiencesError, OutcomeUnknownError } from '../segment/errors.ts';
import { readSpace } from '../segment/space.ts';
import { type AudienceShape, snapshotOf } from './snapshot.ts';

/** By so much the clocks of Segment and of this machine may differ. */
const clockToleranceMs = 60_000;

/** A create whose answer was lost. */
export interface LostCreate {
  spaceId: string;
  /** The audience as it was to be. */
  wanted: AudienceShape;
  /** When it was sent, milliseconds since the epoch. */
  sentAt: number;
  /** The ids that were there before. */
  known: ReadonlySet<string>;
  error: OutcomeUnknownError;
}

/**
 * Looks whether a create arrived whose answer was lost: for an audience of its name and definition
 * that was not there before.
 *
 * @throws {OutcomeUnknownError} that says what was found, if it is not there or can't be looked for.
 */
export async function findCreated(
  lost: LostCreate,
  { api, call }: { api: SegmentApi; call: CallContext },
): Promise<Audience> {
  let found: Audience | undefined;
  try {
    const { audiences } = await readSpace(api, lost.spaceId, call);
    found = audiences.find((audience) => isIt(audience, lost));
  } catch (error) {
    if (!(error instanceof AudiencesError)) throw error;
    throw stillUnknown(lost.error, `It could not be looked for: ${error.message}`);
  }
  if (found) return found;
  throw stillUnknown(
    lost.error,
    'It was looked for, and no audience of this name and definition has been added so far.',
  );
}

function isIt(audience: Audience, { wanted, sentAt, known }: LostCreate): boolean {
  const [is, should] = [snapshotOf(audience), snapshotOf(wanted)];
  if (is.name !== should.name || is.query !== should.query) return false;
  if (is.type !== undefined && is.type !== should.type) return false;
  // An audience beyond those that were looked at before may be an old one.
  const created = Date.parse(audience.createdAt ?? '');
  return !known.has(audience.id) && !(created < sentAt - clockToleranceMs);
}

function stillUnknown({ message, facts, cause }: OutcomeUnknownError, finding: string) {
  const next =
    'Do not repeat it yet. Wait a minute, look with list_audiences whether an audience of this name is there, and create it again only if it is not.';
  return new OutcomeUnknownError(`${message} ${finding}`, { ...facts, next }, { cause });
}
