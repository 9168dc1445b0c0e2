import type { Audience } from '../segment/models/audience.ts';
import { quotedPlainly } from '../visible.ts';

/** For so long after its creation a computation may be the first one. */
const maxBackfillMs = 24 * 60 * 60_000;

/** What there is to say of an edit because of the state that the audience is in. */
export interface Readiness {
  /** Whether an edit would disturb the first computation of its members. */
  isEarly: boolean;
  note: string;
}

/**
 * Whether an audience can be edited now. Sources: the notes of the API reference on create and
 * update ("the first backfill"), and Segment's documentation of the states of an audience.
 *
 * @param now milliseconds since the epoch.
 * @returns undefined for one that is Live, or whose status is not shown.
 */
export function readinessOf({ status, createdAt }: Audience, now: number): Readiness | undefined {
  // The references write it like this: Live; other places in capitals.
  const state = status?.trim().toLowerCase();
  if (!status || !state || state === 'live') return undefined;
  const isNew = now - Date.parse(createdAt ?? '') < maxBackfillMs;
  if (['preparing', 'backfilling'].includes(state) || (state === 'computing' && isNew)) {
    const note = `It is too early to edit it: its members are being computed for the first time (status ${quotedPlainly(status)}), and an edit before it is Live causes errors.`;
    return { isEarly: true, note };
  }
  return { isEarly: false, note: `Its status is ${quotedPlainly(status)}, not Live.` };
}
