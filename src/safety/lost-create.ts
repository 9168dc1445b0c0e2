import type { SegmentApi } from '../segment/api.ts';
import type { CallContext } from '../segment/call.ts';
import { AudiencesError, CancelledError, OutcomeUnknownError } from '../segment/errors.ts';
import { bareSpaceId } from '../segment/ids.ts';
import type { Audience } from '../segment/models/audience.ts';
import { foldedName } from '../segment/names.ts';
import { readSpace } from '../segment/space.ts';
import { shortened } from '../shorten.ts';
import { quoted } from '../visible.ts';
import { type AudienceShape, snapshotOf } from './snapshot.ts';

/** A create whose answer was lost. */
export interface LostCreate {
  spaceId: string;
  /** The audience as it was to be. */
  wanted: AudienceShape;
  /** The ids of all that were there before; undefined if that is not known. */
  known: ReadonlySet<string> | undefined;
  error: AudiencesError;
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
  const { known, wanted } = lost;
  if (!known) {
    const finding =
      'It was not looked for: the space has more audiences than are searched, so an old one of this name could not be told from it.';
    throw stillUnknown(lost.error, finding);
  }
  let found: Audience | undefined;
  try {
    const { audiences } = await readSpace(api, lost.spaceId, call);
    found = audiences.find((audience) => !known.has(audience.id) && isLike(audience, wanted));
  } catch (error) {
    // Whatever kept us from looking does not change what is known of the create.
    const reason = error instanceof Error ? error.message : String(error);
    throw stillUnknown(lost.error, `It could not be looked for: ${reason}`);
  }
  if (found) return found;
  throw stillUnknown(
    lost.error,
    'It was looked for, and no audience of this name and definition has been added so far.',
  );
}

/** Whether an audience has the name, the definition and, where it says one, the type that was wanted. */
function isLike(audience: Audience, wanted: AudienceShape): boolean {
  const [is, should] = [snapshotOf(audience), snapshotOf(wanted)];
  if (foldedName(is.name ?? '') !== foldedName(should.name ?? '')) return false;
  if (is.query !== should.query) return false;
  return is.type === undefined || is.type === should.type;
}

function stillUnknown({ message, facts, cause }: AudiencesError, finding: string) {
  const next =
    'Do not repeat it yet. Wait a minute, look with list_audiences whether an audience of this name is there, and create it again only if it is not.';
  return new OutcomeUnknownError(`${message} ${finding}`, { ...facts, next }, { cause });
}

/** For so long a create that was not answered may still turn up. */
const maxUnsettledMs = 60_000;

/**
 * The creates whose outcome stayed unknown, which keep the same audience from being made once more
 * before it is known that it is not there.
 */
export class LostCreates {
  readonly #monotonic: () => number;
  readonly #lost = new Map<string, { lost: LostCreate; until: number }>();

  /** @param monotonic milliseconds of a clock that never jumps. */
  constructor(monotonic: () => number) {
    this.#monotonic = monotonic;
  }

  /** Remembers a create of which it is unknown whether it took effect, for a minute. */
  note(lost: LostCreate): void {
    const now = this.#monotonic();
    for (const [key, { until }] of this.#lost) if (until <= now) this.#lost.delete(key);
    this.#lost.set(keyFor(lost.spaceId, lost.wanted.name ?? ''), {
      lost,
      until: now + maxUnsettledMs,
    });
  }

  /** The create turned up. */
  forget({ spaceId, wanted }: LostCreate): void {
    this.#lost.delete(keyFor(spaceId, wanted.name ?? ''));
  }

  /**
   * Looks again for an earlier create of this name, if there was one whose outcome is unknown.
   *
   * @throws {AudiencesError} `duplicate`, if it is there by now. @throws {OutcomeUnknownError} if that
   * still can't be told, with the time after which it can.
   */
  async settle(
    { spaceId, name }: { spaceId: string; name: string },
    { api, call }: { api: SegmentApi; call: CallContext },
  ): Promise<void> {
    const key = keyFor(spaceId, name);
    const noted = this.#lost.get(key);
    if (!noted || noted.until <= this.#monotonic()) return;
    let found: Audience;
    try {
      found = await findCreated(noted.lost, { api, call });
    } catch (error) {
      if (call.signal.aborted) throw new CancelledError('create_audience', false);
      if (!(error instanceof OutcomeUnknownError)) throw error;
      throw notYet(error, Math.max(1, noted.until - this.#monotonic()));
    }
    this.#lost.delete(key);
    throw new AudiencesError(
      'duplicate',
      `An earlier create_audience of this name, whose outcome was unknown, did take effect: ${quoted(found.name ?? '')} (${quoted(found.id)}). Nothing more was sent.`,
      {
        next: 'Use that one. Only if the user wants a second one, call again with allowDuplicateName: true.',
        field: 'name',
        details: { audience: shortened(found) },
      },
    );
  }
}

function keyFor(spaceId: string, name: string): string {
  return JSON.stringify([bareSpaceId(spaceId), foldedName(name)]);
}

function notYet({ message, facts, cause }: OutcomeUnknownError, retryAfterMs: number) {
  const seconds = Math.ceil(retryAfterMs / 1000);
  return new OutcomeUnknownError(
    `Nothing was sent now, because an earlier create of this name may still turn up. ${message}`,
    {
      ...facts,
      next: `Call again in ${seconds} s: it is looked for once more then, and created only if it is not there.`,
      retryAfterMs,
    },
    { cause },
  );
}
