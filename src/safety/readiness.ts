import type { Audience } from '../segment/models/audience.ts';
import { quotedPlainly } from '../text/visible.ts';
import type { ThingKind } from './thing.ts';

/** How long after its creation a computation may be the first one, milliseconds. */
const maxBackfillMs = 24 * 60 * 60_000;

/** A warning about an edit, because of the state of its subject. */
export interface Readiness {
  /** Whether an edit would disturb its first computation. */
  isEarly: boolean;
  note: string;
}

/**
 * Whether an audience or a computed trait can be edited now. Sources: the notes of the API
 * reference on create and update ("the first backfill"), and Segment's documentation of the states
 * of an audience.
 *
 * @param now milliseconds since the epoch.
 * @returns undefined if it is Live, or if its status is not shown.
 */
export function readinessOf(
  { status, createdAt }: Audience,
  { content }: ThingKind,
  now: number,
): Readiness | undefined {
  // Segment's references write Live; other places use capitals.
  const state = status?.trim().toLowerCase();
  if (!status || !state || state === 'live') return undefined;
  const isNew = now - Date.parse(createdAt ?? '') < maxBackfillMs;
  if (['preparing', 'backfilling'].includes(state) || (state === 'computing' && isNew)) {
    const note = `It is too early to edit it: its ${content} are being computed for the first time (status ${quotedPlainly(status)}), and editing it before it is Live causes errors.`;
    return { isEarly: true, note };
  }
  return { isEarly: false, note: `Its status is ${quotedPlainly(status)}, not Live.` };
}
