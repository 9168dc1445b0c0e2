import type { Snapshot } from './snapshot.ts';

/** Loaded when first needed: start-up should not wait for it. */
const crypto = () => process.getBuiltinModule('node:crypto');

/** How long a value can be used, milliseconds. */
export const confirmationLifeMs = 5 * 60_000;

const keyBytes = 32;
const partBytes = { expiry: 6, nonce: 6, state: 16, seal: 16 };

/** What exactly is agreed to. */
export interface Subject {
  tool: string;
  spaceId: string;
  id: string | undefined;
  /** All arguments that say what is to be done. */
  args: object;
  /** The audience as it was read; undefined where there is none yet. */
  state: Snapshot | undefined;
}

/** What there is to say of a value that was passed. */
export type Judgement =
  | { kind: 'accepted' }
  /** Made for something else, or not made by this server since it was started. */
  | { kind: 'invalid' }
  | { kind: 'expired' }
  | { kind: 'used' }
  /** Right in everything, but the audience is no longer as it was. */
  | { kind: 'changed'; wasState: (state: Snapshot) => boolean };

/**
 * Makes and checks the values by which a call shows that its user agreed.
 *
 * A value is an HMAC over the subject with an expiry and a nonce, so nothing has to be kept to check
 * it but the list of those that were used and have not yet expired.
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
    const head = Buffer.concat([expiry, nonce, digest(subject.state)]);
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
    const state = head.subarray(partBytes.expiry + partBytes.nonce);
    const wasState = (other: Snapshot | undefined) => digest(other).equals(state);
    if (!wasState(subject.state)) return { kind: 'changed', wasState };
    this.#used.set(value, expiresAt);
    return { kind: 'accepted' };
  }

  #seal(head: Uint8Array, { tool, spaceId, id, args }: Subject): Buffer {
    this.#key ??= this.#randomBytes(keyBytes);
    const text = JSON.stringify([tool, spaceId, id ?? null, sortKeys(args)]);
    const hmac = crypto().createHmac('sha256', this.#key).update(head).update(text);
    return hmac.digest().subarray(0, partBytes.seal);
  }
}

function digest(state: Snapshot | undefined): Buffer {
  const text = state ? JSON.stringify(sortKeys(state)) : '';
  return crypto().createHash('sha256').update(text).digest().subarray(0, partBytes.state);
}

/** The entries of a flat object in one order, without those that have no value. */
function sortKeys(flat: object): [string, unknown][] {
  return Object.entries(flat)
    .filter(([, value]) => value !== undefined)
    .sort(([a], [b]) => (a < b ? -1 : 1));
}
