import type { Snapshot } from './snapshot.ts';

/** Loaded when first needed: start-up should not wait for it. */
const crypto = () => process.getBuiltinModule('node:crypto');

/** How long a value can be used, milliseconds. */
export const confirmationLifeMs = 5 * 60_000;

const keyBytes = 32;
const partBytes = { expiry: 6, nonce: 6, state: 16, act: 16, seal: 16 };

/** What exactly is agreed to. */
export interface Subject {
  operation: string;
  spaceId: string;
  /** The audience it is about; undefined for one that is to be made. */
  id: string | undefined;
  /** Everything that is to be done: the write, and the request as it would go out. */
  act: object;
  /** The audience as it was read; undefined where there is none yet. */
  state: Snapshot | undefined;
}

/** What there is to say of a value that was passed. */
export type Judgement =
  | { kind: 'accepted' }
  /** Made for another write, or not made by this server since it was started. */
  | { kind: 'invalid' }
  | { kind: 'expired' }
  | { kind: 'used' }
  /** Made for a write of this kind to this audience, which is no longer as it was. */
  | { kind: 'changed'; wasState: (state: Snapshot) => boolean };

/**
 * Makes and checks the values by which a call shows that its user agreed.
 *
 * A value is an expiry, a nonce and the digests of the audience's state and of the act, sealed by an
 * HMAC together with what it is about. So nothing has to be kept to check it but the list of those
 * that were used and have not yet expired.
 */
export class Confirmations {
  readonly #now: () => number;
  readonly #randomBytes: (count: number) => Uint8Array;
  readonly #used = new Map<string, number>();
  #key: Uint8Array | undefined;

  /** @param now milliseconds since the epoch. @param randomBytes gives unpredictable bytes. */
  constructor(now: () => number, randomBytes: (count: number) => Uint8Array) {
    this.#now = now;
    this.#randomBytes = randomBytes;
  }

  /** A value that lets just this be done, once, for five minutes. */
  issue(subject: Subject): string {
    const expiry = Buffer.alloc(partBytes.expiry);
    expiry.writeUIntBE(this.#now() + confirmationLifeMs, 0, partBytes.expiry);
    const nonce = this.#randomBytes(partBytes.nonce);
    const head = Buffer.concat([expiry, nonce, digest(subject.state), digest(subject.act)]);
    return Buffer.concat([head, this.#seal(head, subject)]).toString('base64url');
  }

  /** Judges a value; one that is accepted is used up by that. */
  accept(value: string, subject: Subject): Judgement {
    const bytes = Buffer.from(value, 'base64url');
    const length = Object.values(partBytes).reduce((sum, count) => sum + count, 0);
    if (bytes.length !== length || bytes.toString('base64url') !== value) {
      return { kind: 'invalid' };
    }
    const head = bytes.subarray(0, length - partBytes.seal);
    const seal = bytes.subarray(length - partBytes.seal);
    if (!crypto().timingSafeEqual(seal, this.#seal(head, subject))) return { kind: 'invalid' };

    const now = this.#now();
    const expiresAt = head.readUIntBE(0, partBytes.expiry);
    if (now > expiresAt) return { kind: 'expired' };
    for (const [used, until] of this.#used) if (now > until) this.#used.delete(used);
    if (this.#used.has(value)) return { kind: 'used' };
    const actAt = partBytes.expiry + partBytes.nonce + partBytes.state;
    const state = head.subarray(partBytes.expiry + partBytes.nonce, actAt);
    const wasState = (other: Snapshot | undefined) => digest(other).equals(state);
    if (!wasState(subject.state)) return { kind: 'changed', wasState };
    if (!digest(subject.act).equals(head.subarray(actAt))) return { kind: 'invalid' };
    this.#used.set(value, expiresAt);
    return { kind: 'accepted' };
  }

  #seal(head: Uint8Array, { operation, spaceId, id }: Subject): Buffer {
    this.#key ??= this.#randomBytes(keyBytes);
    const text = JSON.stringify([operation, spaceId, id ?? null]);
    const hmac = crypto().createHmac('sha256', this.#key).update(head).update(text);
    return hmac.digest().subarray(0, partBytes.seal);
  }
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
