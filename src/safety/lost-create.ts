import type { SegmentApi } from '../segment/api.ts';
import type { CallContext } from '../segment/call.ts';
import type { OperationName, Output } from '../segment/contract.ts';
import {
  AudiencesError,
  CancelledError,
  mayHaveTakenEffect,
  OutcomeUnknownError,
} from '../segment/errors.ts';
import { bareSpaceId } from '../segment/ids.ts';
import type { Audience } from '../segment/models/audience.ts';
import { foldedName } from '../segment/names.ts';
import { shortened } from '../text/shorten.ts';
import { quoted } from '../text/visible.ts';
import { UnlikeSentError } from './as-sent.ts';
import { nameMarks, type WantedName } from './duplicates.ts';
import { type AudienceShape, snapshotOf } from './snapshot.ts';
import { type ThingKind, thingsIn } from './thing.ts';

/** A create in progress. */
export interface Create {
  about: ThingKind;
  spaceId: string;
  /** What to create. */
  wanted: AudienceShape;
  /** The ids of all that existed before; undefined if unknown. */
  known: ReadonlySet<string> | undefined;
}

/** A create whose response was lost. */
export interface LostCreate extends Create {
  error: AudiencesError;
}

/** The steps of a create. */
interface Steps<Made> {
  send(): Promise<Made>;
  /** @returns the output as last read. @throws {UnlikeSentError} */
  assertAsSent(answered: Made): Promise<Made>;
  /** The output for one that was found. */
  outputOf(found: Audience): Made;
}

/** What the search for a create needs. */
interface Looking {
  api: SegmentApi;
  call: CallContext;
}

/** What this process knows about its other creates. */
interface Others {
  /** Whether another create made a thing. */
  has(id: string): boolean;
  /** Whether another create with this name may have made what is found. */
  mayBeTheirs(): boolean;
}

const none: Others = { has: () => false, mayBeTheirs: () => false };

/**
 * Searches for the result of a create whose response was lost: something of its kind, name and
 * definition that did not exist before, and that no other create of this process made.
 *
 * @throws {OutcomeUnknownError} that says what was found, if it does not exist or can't be searched
 * for.
 */
export async function findCreated(
  lost: LostCreate,
  { api, call }: Looking,
  others: Others = none,
): Promise<Audience> {
  const { about, known, wanted } = lost;
  if (!known) {
    const finding = `It was not searched for: the space has more ${about.noun}s than are searched, so it could not be distinguished from an older one with this name.`;
    throw stillUnknown(lost, finding);
  }
  let found: Audience | undefined;
  try {
    const { things } = await about.readAll(api, lost.spaceId, call);
    const isNew = ({ id }: Audience) => !known.has(id) && !others.has(id);
    found = things.find((thing) => isNew(thing) && isLike(thing, wanted));
  } catch (error) {
    // A failed search does not change what is known about the create.
    const reason = error instanceof Error ? error.message : String(error);
    throw stillUnknown(lost, `The search for it failed: ${reason}`);
  }
  // Checked only now: a create that has ended since the space was read is in `others.has`.
  if (others.mayBeTheirs()) {
    const finding =
      'Another create with this name is in progress, or has an unknown outcome too, so the two cannot be told apart.';
    throw stillUnknown(lost, finding);
  }
  if (found) return found;
  throw stillUnknown(
    lost,
    `A search found no new ${about.noun} with this name and definition so far.`,
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
  const next = `Do not repeat it yet. Wait a minute, check with ${about.tools.list} whether ${about.one} with this name exists, and create it again only if it does not.`;
  return new OutcomeUnknownError(`${message} ${finding}`, { ...facts, next }, { cause });
}

/** How long a create without a response may still show up, milliseconds. */
const maxUnsettledMs = 60_000;

/** A create whose outcome stayed unknown. */
interface Unsettled {
  lost: LostCreate;
  /** Milliseconds of the monotonic clock. */
  until: number;
}

/**
 * The creates of this process. Those with an unknown outcome keep the same audience from being
 * created again before it is known not to exist; the result of one create is not mistaken for that
 * of another.
 */
export class LostCreates {
  readonly #monotonic: () => number;
  readonly #unsettled = new Set<Unsettled>();
  /** Those being sent. */
  readonly #open = new Set<Create>();
  /** The ids of the audiences that creates made. */
  readonly #made = new Set<string>();

  /** @param monotonic milliseconds of a clock that never jumps. */
  constructor(monotonic: () => number) {
    this.#monotonic = monotonic;
  }

  /**
   * Sends a create, and searches for its result if the response is lost, or is about an audience
   * that already existed.
   *
   * @throws {OutcomeUnknownError} if it does not show up, or shows other values than were sent; for
   * a minute, the next create with its name searches first. @throws what `send` throws, if that
   * says more.
   */
  async during<Made extends Output<OperationName>>(
    create: Create,
    { send, assertAsSent, outputOf }: Steps<Made>,
    looking: Looking,
  ): Promise<{ output: Made; foundAfterLoss: boolean }> {
    this.#open.add(create);
    try {
      const answered = await send();
      for (const made of thingsIn(answered)) {
        if (create.known?.has(made.id) || this.#made.has(made.id))
          throw wasThereBefore(create.about, made);
      }
      const output = await assertAsSent(answered);
      for (const { id } of thingsIn(output)) this.#made.add(id);
      return { output, foundAfterLoss: false };
    } catch (error) {
      if (!(error instanceof AudiencesError) || !mayHaveTakenEffect(error)) throw error;
      const found = await this.#find({ ...create, error }, create, looking);
      return { output: outputOf(found), foundAfterLoss: true };
    } finally {
      this.#open.delete(create);
    }
  }

  /** @throws its error if the audience does not show up. */
  async #find(lost: LostCreate, create: Create, looking: Looking): Promise<Audience> {
    const noted = this.#note(lost);
    if (!(lost.error instanceof OutcomeUnknownError)) throw lost.error;
    // It was already read.
    if (lost.error instanceof UnlikeSentError) throw lost.error;
    const isOther = (other: Create | Unsettled) => other !== create && other !== noted;
    const mayBeTheirs = () =>
      this.#openLike(lost).some(isOther) || this.#unsettledLike(lost).some(isOther);
    const found = await findCreated(lost, looking, {
      has: (id) => this.#made.has(id),
      mayBeTheirs,
    });
    this.#turnedUp(noted, found);
    return found;
  }

  #note(lost: LostCreate): Unsettled {
    const now = this.#monotonic();
    for (const noted of this.#unsettled) if (noted.until <= now) this.#unsettled.delete(noted);
    const noted = { lost, until: now + maxUnsettledMs };
    this.#unsettled.add(noted);
    return noted;
  }

  #turnedUp(noted: Unsettled, found: Audience): void {
    this.#unsettled.delete(noted);
    this.#made.add(found.id);
  }

  #openLike({ about, spaceId, wanted }: Create): Create[] {
    const key = keyFor(about, spaceId, wanted.name ?? '');
    return [...this.#open].filter(
      (other) => keyFor(other.about, other.spaceId, other.wanted.name ?? '') === key,
    );
  }

  #unsettledLike({ about, spaceId, wanted }: Create): Unsettled[] {
    const key = keyFor(about, spaceId, wanted.name ?? '');
    return this.#unsettledNow().filter(
      ({ lost }) => keyFor(lost.about, lost.spaceId, lost.wanted.name ?? '') === key,
    );
  }

  #unsettledNow(): Unsettled[] {
    const now = this.#monotonic();
    return [...this.#unsettled].filter(({ until }) => until > now);
  }

  /**
   * Searches again for earlier creates with this name or key whose outcome is unknown, if there are
   * any.
   *
   * @throws {AudiencesError} `duplicate`, if one has shown up by now. @throws {OutcomeUnknownError}
   * if that is still unknown, with the time after which it will be known.
   */
  async settle(
    { about, spaceId, name }: Pick<WantedName, 'about' | 'spaceId' | 'name'>,
    looking: Looking,
  ): Promise<void> {
    const marks = nameMarks(about, spaceId, name);
    const all = this.#unsettledNow().filter(({ lost }) =>
      nameMarks(lost.about, lost.spaceId, lost.wanted.name ?? '').some((mark) =>
        marks.includes(mark),
      ),
    );
    let unknown: OutcomeUnknownError | undefined;
    for (const noted of all) {
      const found = await this.#lookAgain(noted, looking);
      if (!(found instanceof OutcomeUnknownError)) {
        this.#turnedUp(noted, found);
        throw tookEffect(about, found);
      }
      unknown = found;
    }
    if (!unknown) return;
    const until = Math.max(...all.map((noted) => noted.until));
    throw notYet(unknown, Math.max(1, until - this.#monotonic()));
  }

  /** @returns the error that says why it is unknown, if it is. */
  async #lookAgain({ lost }: Unsettled, looking: Looking): Promise<Audience | OutcomeUnknownError> {
    // Which of the lost creates made it does not matter here.
    const mayBeTheirs = () => this.#openLike(lost).length > 0;
    try {
      return await findCreated(lost, looking, { has: (id) => this.#made.has(id), mayBeTheirs });
    } catch (error) {
      if (looking.call.signal.aborted) throw new CancelledError(lost.about.tools.create, false);
      if (!(error instanceof OutcomeUnknownError)) throw error;
      return error;
    }
  }
}

/** The error for a response that can't belong to the create, such as one from a cache. */
function wasThereBefore({ noun, tools }: ThingKind, { id }: Audience): OutcomeUnknownError {
  return new OutcomeUnknownError(
    `${tools.create}: the response is about another ${noun}, ${quoted(id)}, which already existed.`,
    {
      next: 'Something between this server and Segment, such as a cache or a broken proxy, is mixing up responses: tell the user.',
      details: { cause: 'bad_response' },
    },
  );
}

function tookEffect({ field, tools }: ThingKind, found: Audience): AudiencesError {
  return new AudiencesError(
    'duplicate',
    `An earlier ${tools.create} with this name or key, whose outcome was unknown, did take effect: ${quoted(found.name ?? '')} (${quoted(found.id)}). Nothing more was sent.`,
    {
      next: 'Use it. Only if the user wants a second one, call again with allowDuplicateName: true.',
      field: 'name',
      details: { [field]: shortened(found) },
    },
  );
}

function keyFor({ noun }: ThingKind, spaceId: string, name: string): string {
  return JSON.stringify([noun, bareSpaceId(spaceId), foldedName(name)]);
}

function notYet({ message, facts, cause }: OutcomeUnknownError, retryAfterMs: number) {
  const seconds = Math.ceil(retryAfterMs / 1000);
  return new OutcomeUnknownError(
    `Nothing was sent now, because an earlier create with this name or key may still take effect. ${message}`,
    {
      ...facts,
      next: `Call again in ${seconds} s: it will then be searched for again, and created only if it is not found.`,
      retryAfterMs,
    },
    { cause },
  );
}
