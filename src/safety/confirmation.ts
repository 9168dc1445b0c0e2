import type { UsedValues } from '../replicas/used-values.ts';
import { withoutEndSlashes } from '../segment/base-url.ts';
import { bareSpaceId } from '../segment/ids.ts';
import type { Snapshot } from './snapshot.ts';
import { keyBytes, type StateFolder, StateFolderError } from './state-folder.ts';

/** Loaded when first needed, so that start-up does not wait for it. */
const crypto = () => process.getBuiltinModule('node:crypto');

/** How long a value can be used, milliseconds. */
export const confirmationLifeMs = 5 * 60_000;
/** How far ahead another process's wall clock may be. */
const maxAheadMs = 30_000;
/** Used values are remembered for longer than any clock may be off. */
const keepUsedMs = 60 * 60_000;

/** The parts of a value in order; any number of states and dependents come before the seal. */
const partBytes = { issuedAt: 6, origin: 6, elapsed: 6, nonce: 6, state: 16, act: 16 };
const headBytes = Object.values(partBytes).reduce((sum, count) => sum + count, 0);
const sealBytes = 16;
const dependentBytes = 3;
/** Length of the digest of one state among several; it is keyed, so nobody can search for a collision. */
const stateBytes = 3;
/** More are kept as one digest, so that a model can still pass on a value. */
const maxDependentsListed = 1000;
/** The same if a value also has many states. */
const maxDependentsBesideStates = 100;
/** What follows the states: a short digest of each dependent, one of all of them, or nothing. */
const marks = { each: 0, all: 1, unknown: 2 };
/** Longer than any value. */
const maxValueChars = 5000;

/** What exactly the user agrees to. */
export interface Subject {
  operation: string;
  spaceId: string;
  /** The audience it is about; undefined for one that is to be created. */
  id: string | undefined;
  /** Everything to be done in the space: the write, and its request. */
  act: object;
  /** The audience as it was read; undefined where there is none yet. */
  state: Snapshot | undefined;
  /** For a write to several audiences, each as it was read; undefined for one that is not there. */
  states?: readonly (Snapshot | undefined)[];
  /** Whose agreement it is, where a server has several callers. */
  caller?: string;
}

/** The judgment on a value that was passed. */
export type Judgement =
  | Accepted
  /** Not made with a known key, or made for another audience or kind of write. */
  | { kind: 'foreign' }
  /** Made here for a write of this kind to this audience, but with other arguments. */
  | { kind: 'other' }
  | { kind: 'expired' }
  | { kind: 'used' }
  /** Made for a write of this kind to this audience, which is no longer as it was. */
  | { kind: 'changed'; wasState: (state: Snapshot) => boolean };

/** Why a value is of no use for a write. */
export type Refusal = Exclude<Judgement['kind'], 'accepted' | 'changed'>;

/**
 * Which of these dependents were not shown; undefined if they differ from those shown, but it is
 * unknown which are new.
 */
export type Unshown = (dependents: readonly string[]) => readonly string[] | undefined;

/** A value that is valid for the write. */
export interface Accepted {
  kind: 'accepted';
  /** How long ago it was made, milliseconds. */
  ageMs: number;
  /** Undefined if the audience's dependents were unknown. */
  unshown: Unshown | undefined;
  /** Which of several audiences have changed, by their positions. */
  changed: readonly number[];
  /**
   * Uses it up.
   *
   * @returns false if it was used up in the meantime, or that can't be recorded in the folder.
   * @throws {UnavailableError} if that can't be recorded for all replicas.
   */
  spend(): Promise<boolean>;
  /** Undoes that, if nothing was sent after all. */
  giveBack(): Promise<void>;
}

export interface ConfirmationsOptions {
  /** Milliseconds since the epoch, by the wall clock. */
  now: () => number;
  /** Milliseconds since an arbitrary moment, by a clock that is never set. */
  elapsed: () => number;
  /** Returns unpredictable bytes. */
  randomBytes: (count: number) => Uint8Array;
  /** Keys that the operator has set: the first signs, all verify. */
  keys?: readonly Uint8Array[];
  /**
   * What the values are bound to in addition to the write: Segment's address, and the token. Called
   * with the first value, so that start-up does not wait for a digest.
   */
  scope?: () => string;
  /** Shared with other processes; without it, values are valid only in this one. */
  folder?: StateFolder;
  /**
   * Shared with other replicas, instead of a folder; values are good in all that have the same keys,
   * which must be given.
   */
  shared?: UsedValues;
  /** Called once if the folder can't be used. @param reason phrased to follow "because". */
  onNoFolder?: (reason: string) => void;
}

/** Makes and checks values; see `Confirmations`. */
export type ConfirmationDesk = Pick<Confirmations, 'isAlone' | 'issue' | 'judge'>;

/**
 * Makes and checks the values by which a call shows that its user agreed.
 *
 * A value is its time, a nonce, digests of the audience's state and of the act, and who depends on
 * the audience, sealed by an HMAC together with its subject. So checking it takes only the key and
 * the list of used values: both are in a folder that processes share, because some clients start a
 * process for each call.
 */
export class Confirmations {
  readonly #options: ConfirmationsOptions;
  /** When values were used, by their hashes. */
  readonly #used = new Map<string, number>();
  #origin: Uint8Array | undefined;
  /** The keys in force, once they are known. */
  #keys: readonly Uint8Array[] | undefined;
  #isAlone = false;
  #scope: string | undefined;

  constructor(options: ConfirmationsOptions) {
    if (options.shared && !options.keys?.length) throw new Error('replicas must share a key');
    this.#options = options;
  }

  /** Whether values are valid only in this process; known once one was issued. */
  get isAlone(): boolean {
    return this.#isAlone;
  }

  /**
   * A value that allows exactly this, once, within five minutes.
   *
   * @param dependents the ids of those that were shown; undefined if unknown.
   */
  issue(subject: Subject, dependents: readonly string[] | undefined): string {
    const { now, elapsed, randomBytes } = this.#options;
    const [key = new Uint8Array()] = this.#keysToSign();
    const nonce = randomBytes(partBytes.nonce);
    const states = subject.states ?? [];
    const head = Buffer.concat([
      uint48(now()),
      this.#ownOrigin(),
      uint48(elapsed()),
      nonce,
      digest(subject.state),
      digest(subject.act),
      ...states.map((state, index) => shortState(key, nonce, index, state)),
      packDependents(dependents, subject.states ? maxDependentsBesideStates : maxDependentsListed),
    ]);
    return Buffer.concat([head, this.#seal(key, head, subject)]).toString('base64url');
  }

  /**
   * Judges a value; blanks and line breaks around it don't matter.
   *
   * @throws {UnavailableError} if no replica can tell whether it was used.
   */
  async judge(given: string, subject: Subject): Promise<Judgement> {
    const value = given.length > maxValueChars ? '' : given.trim();
    const bytes = Buffer.from(value, 'base64url');
    const sealAt = bytes.length - sealBytes;
    if (sealAt <= headBytes || bytes.toString('base64url') !== value) return { kind: 'foreign' };
    const head = bytes.subarray(0, sealAt);
    const sealedBy = this.#keysToVerify().find((key) =>
      crypto().timingSafeEqual(bytes.subarray(sealAt), this.#seal(key, head, subject)),
    );
    if (!sealedBy) return { kind: 'foreign' };

    const { issuedAt, origin, elapsed, nonce, state, act } = partsOf(head);
    const ageMs = this.#ownOrigin().equals(origin)
      ? Math.floor(this.#options.elapsed()) - elapsed.readUIntBE(0, partBytes.elapsed)
      : this.#options.now() - issuedAt.readUIntBE(0, partBytes.issuedAt);
    if (ageMs > confirmationLifeMs || ageMs < -maxAheadMs) return { kind: 'expired' };
    const hash = crypto().createHash('sha256').update(value).digest('hex');
    if (await this.#isUsed(hash)) return { kind: 'used' };
    const wasState = (other: Snapshot | undefined) => digest(other).equals(state);
    if (!wasState(subject.state)) return { kind: 'changed', wasState };
    if (!digest(subject.act).equals(act)) return { kind: 'other' };
    const { states = [] } = subject;
    const rest = head.subarray(headBytes);
    const changed = [...states.keys()].filter((index) => {
      const was = rest.subarray(index * stateBytes, (index + 1) * stateBytes);
      return !shortState(sealedBy, nonce, index, states[index]).equals(was);
    });
    return {
      kind: 'accepted',
      ageMs,
      unshown: unshownBy(rest.subarray(states.length * stateBytes)),
      changed,
      spend: () => this.#spend(hash),
      giveBack: () => this.#giveBack(hash),
    };
  }

  /** The same for one caller: a value is good for whoever it was given to, and nobody else. */
  boundTo(caller: string): ConfirmationDesk {
    const isAlone = () => this.#isAlone;
    return {
      get isAlone() {
        return isAlone();
      },
      issue: (subject, dependents) => this.issue({ ...subject, caller }, dependents),
      judge: (given, subject) => this.judge(given, { ...subject, caller }),
    };
  }

  async #isUsed(hash: string): Promise<boolean> {
    const { folder, shared } = this.#options;
    if (this.#used.has(hash)) return true;
    if (shared) return shared.isUsed(hash);
    return this.#withFolder(() => folder?.isUsed(hash)) ?? false;
  }

  async #spend(hash: string): Promise<boolean> {
    const now = this.#options.elapsed();
    for (const [used, at] of this.#used) if (now - at > keepUsedMs) this.#used.delete(used);
    if (this.#used.has(hash)) return false;
    // Noted at once, so that no other call of this process comes in between.
    this.#used.set(hash, now);
    let isMarked = false;
    try {
      isMarked = await this.#mark(hash);
    } finally {
      if (!isMarked) this.#used.delete(hash);
    }
    return isMarked;
  }

  async #mark(hash: string): Promise<boolean> {
    const { folder, shared } = this.#options;
    if (shared) return shared.spend(hash);
    return this.#isAlone || this.#withFolder(() => folder?.markUsed(hash)) === true;
  }

  async #giveBack(hash: string): Promise<void> {
    const { folder, shared } = this.#options;
    await shared?.giveBack(hash);
    this.#withFolder(() => folder?.unmark(hash));
    this.#used.delete(hash);
  }

  #keysToSign(): readonly Uint8Array[] {
    if (this.#keys) return this.#keys;
    const { folder, keys, randomBytes, shared: isShared } = this.#options;
    if (isShared) return keys ?? [];
    const shared = this.#withFolder(() => {
      if (!folder) return undefined;
      if (!keys) return [folder.readKey() ?? folder.keepKey(randomBytes(keyBytes))];
      folder.prepare();
      return keys;
    });
    if (!shared) return this.#beAlone();
    this.#keys = shared;
    return shared;
  }

  /** None as long as no value was issued: checking one creates nothing. */
  #keysToVerify(): readonly Uint8Array[] {
    const { folder, keys, shared } = this.#options;
    if (shared) return keys ?? [];
    if (this.#keys || !folder) return this.#keys ?? [];
    if (keys) return keys;
    const key = this.#withFolder(() => folder.readKey());
    return key ? [key] : (this.#keys ?? []);
  }

  /** The result of `act`; undefined if there is no folder, or it can't be used from now on. */
  #withFolder<Result>(act: () => Result): Result | undefined {
    if (this.#isAlone) return undefined;
    try {
      return act();
    } catch (error) {
      if (!(error instanceof StateFolderError)) throw error;
      this.#options.onNoFolder?.(error.message);
      this.#beAlone();
      return undefined;
    }
  }

  /** From now on with its own key: no other process could know what is used up here. */
  #beAlone(): readonly Uint8Array[] {
    if (!this.#isAlone) this.#keys = [this.#options.randomBytes(keyBytes)];
    this.#isAlone = true;
    return this.#keys ?? [];
  }

  #ownOrigin(): Buffer {
    this.#origin ??= this.#options.randomBytes(partBytes.origin);
    return Buffer.from(this.#origin);
  }

  #seal(key: Uint8Array, head: Uint8Array, subject: Subject): Buffer {
    this.#scope ??= this.#options.scope?.() ?? '';
    const { operation, spaceId, id, caller } = subject;
    const parts = [operation, bareSpaceId(spaceId), id ?? null, this.#scope];
    const text = JSON.stringify(caller === undefined ? parts : [...parts, caller]);
    const hmac = crypto().createHmac('sha256', key).update(head).update(text);
    return hmac.digest().subarray(0, sealBytes);
  }
}

/** What values are bound to: Segment at this address, and this token. */
export function scopeOf(baseUrl: string, token: string): string {
  const fingerprint = crypto().createHash('sha256').update(token).digest('hex');
  return JSON.stringify([withoutEndSlashes(baseUrl), fingerprint]);
}

function partsOf(head: Buffer): Record<keyof typeof partBytes, Buffer> {
  let at = 0;
  const next = (name: keyof typeof partBytes) => {
    at += partBytes[name];
    return head.subarray(at - partBytes[name], at);
  };
  return {
    issuedAt: next('issuedAt'),
    origin: next('origin'),
    elapsed: next('elapsed'),
    nonce: next('nonce'),
    state: next('state'),
    act: next('act'),
  };
}

/** A whole number of milliseconds in six bytes. */
function uint48(ms: number): Buffer {
  const bytes = Buffer.alloc(6);
  bytes.writeUIntBE(Math.max(0, Math.floor(ms)), 0, 6);
  return bytes;
}

function packDependents(ids: readonly string[] | undefined, maxListed: number): Buffer {
  if (!ids) return Buffer.from([marks.unknown]);
  return ids.length > maxListed
    ? Buffer.from([marks.all, ...digestOfAll(ids)])
    : Buffer.concat([Buffer.from([marks.each]), ...ids.map(short)]);
}

function unshownBy(packed: Buffer): Unshown | undefined {
  const [mark] = packed;
  const rest = packed.subarray(1);
  if (mark === marks.unknown) return undefined;
  if (mark === marks.all) return (ids) => (digestOfAll(ids).equals(rest) ? [] : undefined);
  const shown = new Set<string>();
  for (let at = 0; at < rest.length; at += dependentBytes) {
    shown.add(rest.subarray(at, at + dependentBytes).toString('hex'));
  }
  return (ids) => ids.filter((id) => !shown.has(short(id).toString('hex')));
}

function shortState(
  key: Uint8Array,
  nonce: Uint8Array,
  index: number,
  state: Snapshot | undefined,
): Buffer {
  const hmac = crypto().createHmac('sha256', key).update(nonce).update(`${index} `);
  return hmac.update(digest(state)).digest().subarray(0, stateBytes);
}

function digestOfAll(ids: readonly string[]): Buffer {
  return digest([...ids].sort());
}

function short(id: string): Buffer {
  return digest([id]).subarray(0, dependentBytes);
}

function digest(value: object | undefined): Buffer {
  const text = value ? JSON.stringify(sortKeys(value)) : '';
  return crypto().createHash('sha256').update(text).digest().subarray(0, partBytes.state);
}

/** A value with the entries of its objects in one order, without those that have no value. */
function sortKeys(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sortKeys);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value)
    .filter(([, item]) => item !== undefined)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, item]) => [key, sortKeys(item)]);
  return { entries };
}
