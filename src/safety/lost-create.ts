import type { SegmentApi } from '../segment/api.ts';
import type { CallContext } from '../segment/call.ts';
import { AudiencesError, CancelledError, OutcomeUnknownError } from '../segment/errors.ts';
import { bareSpaceId } from '../segment/ids.ts';
import type { Audience } from '../segment/models/audience.ts';
import { foldedName } from '../segment/names.ts';
import { shortened } from '../shorten.ts';
import { quoted } from '../visible.ts';
import type { WantedName } from './duplicates.ts';
import { type AudienceShape, snapshotOf } from './snapshot.ts';
import type { ThingKind } from './thing.ts';

/** A create whose answer was lost. */
export interface LostCreate {
  about: ThingKind;
  spaceId: string;
  /** What was to be made. */
  wanted: AudienceShape;
  /** The ids of all that were there before; undefined if that is not known. */
  known: ReadonlySet<string> | undefined;
  error: AudiencesError;
}

/**
 * Looks whether a create arrived whose answer was lost: for something of its kind, name and definition
 * that was not there before.
 *
 * @throws {OutcomeUnknownError} that says what was found, if it is not there or can't be looked for.
 */
export async function findCreated(
  lost: LostCreate,
  { api, call }: { api: SegmentApi; call: CallContext },
): Promise<Audience> {
  const { about, known, wanted } = lost;
  if (!known) {
    const finding = `It was not looked for: the space has more ${about.noun}s than are searched, so an old one of this name could not be told from it.`;
    throw stillUnknown(lost, finding);
  }
  let found: Audience | undefined;
  try {
    const { things } = await about.readAll(api, lost.spaceId, call);
    found = things.find((thing) => !known.has(thing.id) && isLike(thing, wanted));
  } catch (error) {
    // Whatever kept us from looking does not change what is known of the create.
    const reason = error instanceof Error ? error.message : String(error);
    throw stillUnknown(lost, `It could not be looked for: ${reason}`);
  }
  if (found) return found;
  throw stillUnknown(
    lost,
    `It was looked for, and no ${about.noun} of this name and definition has been added so far.`,
  );
}

/** Whether a thing has the name, the definition and, where it says one, the type that was wanted. */
function isLike(thing: Audience, wanted: AudienceShape): boolean {
  const [is, should] = [snapshotOf(thing), snapshotOf(wanted)];
  if (foldedName(is.name ?? '') !== foldedName(should.name ?? '')) return false;
  if (is.query !== should.query) return false;
  return is.type === undefined || is.type === should.type;
}

function stillUnknown({ about, error }: LostCreate, finding: string) {
  const { message, facts, cause } = error;
  const next = `Do not repeat it yet. Wait a minute, look with ${about.tools.list} whether ${about.one} of this name is there, and create it again only if it is not.`;
  return new OutcomeUnknownError(`${message} ${finding}`, { ...facts, next }, { cause });
}

/** For so long a create that was not answered may still turn up. */
const maxUnsettledMs = 60_000;

/**
 * The creates whose outcome stayed unknown, which keep the same thing from being made once more
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
    this.#lost.set(keyOfLost(lost), { lost, until: now + maxUnsettledMs });
  }

  /** The create turned up. */
  forget(lost: LostCreate): void {
    this.#lost.delete(keyOfLost(lost));
  }

  /**
   * Looks again for an earlier create of this name, if there was one whose outcome is unknown.
   *
   * @throws {AudiencesError} `duplicate`, if it is there by now. @throws {OutcomeUnknownError} if that
   * still can't be told, with the time after which it can.
   */
  async settle(
    { about, spaceId, name }: Pick<WantedName, 'about' | 'spaceId' | 'name'>,
    { api, call }: { api: SegmentApi; call: CallContext },
  ): Promise<void> {
    const key = keyFor(about, spaceId, name);
    const noted = this.#lost.get(key);
    if (!noted || noted.until <= this.#monotonic()) return;
    let found: Audience;
    try {
      found = await findCreated(noted.lost, { api, call });
    } catch (error) {
      if (call.signal.aborted) throw new CancelledError(about.tools.create, false);
      if (!(error instanceof OutcomeUnknownError)) throw error;
      throw notYet(error, Math.max(1, noted.until - this.#monotonic()));
    }
    this.#lost.delete(key);
    throw new AudiencesError(
      'duplicate',
      `An earlier ${about.tools.create} of this name, whose outcome was unknown, did take effect: ${quoted(found.name ?? '')} (${quoted(found.id)}). Nothing more was sent.`,
      {
        next: 'Use that one. Only if the user wants a second one, call again with allowDuplicateName: true.',
        field: 'name',
        details: { [about.field]: shortened(found) },
      },
    );
  }
}

function keyOfLost({ about, spaceId, wanted }: LostCreate): string {
  return keyFor(about, spaceId, wanted.name ?? '');
}

function keyFor({ noun }: ThingKind, spaceId: string, name: string): string {
  return JSON.stringify([noun, bareSpaceId(spaceId), foldedName(name)]);
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
