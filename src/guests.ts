import type { CallRate } from './access/call-rate.ts';
import { SeenAudiences } from './safety/seen.ts';
import { UnsentError } from './segment/errors.ts';

/** How many callers are remembered; the one that called least recently is forgotten first. */
const maxGuests = 200;
/** How many calls of one caller are served at a time. */
const maxUnderWay = 32;
/** When a caller with too many calls under way may try again. */
const tryAgainMs = 1000;

/** What is remembered of a caller between their requests; nothing is decided by `seen`. */
interface Remembered {
  seen: SeenAudiences;
  underWay: number;
}

/** The callers that this process serves, with what it remembers of each. */
export class Guests {
  readonly #rate: Pick<CallRate, 'take'>;
  /** By caller and token; who called last comes last. */
  readonly #known = new Map<string, Remembered>();

  constructor(rate: Pick<CallRate, 'take'>) {
    this.#rate = rate;
  }

  /** How many calls are under way. */
  get underWay(): number {
    return [...this.#known.values()].reduce((sum, { underWay }) => sum + underWay, 0);
  }

  /** What a caller was shown by the workspace of a token. */
  seenBy(caller: string, token: string): SeenAudiences {
    return this.#of(caller, token).seen;
  }

  /**
   * Lets one more call begin. @returns what ends it.
   *
   * @throws {UnsentError} `rate_limited`, if the caller has too many under way or made too many.
   */
  begin(caller: string, token: string, perMinute: number | undefined): () => void {
    const guest = this.#of(caller, token);
    if (guest.underWay >= maxUnderWay) {
      throw new UnsentError(
        'rate_limited',
        `${maxUnderWay} calls of yours are under way, and no more are served at a time.`,
        { next: 'Wait for some of them, then call again.', retryAfterMs: tryAgainMs },
      );
    }
    const waitMs = this.#rate.take(caller, perMinute);
    if (waitMs > 0) {
      const seconds = Math.ceil(waitMs / 1000);
      throw new UnsentError(
        'rate_limited',
        `Your limit on this server, ${perMinute} calls a minute, is used up; the next call is possible in ${seconds} s.`,
        { next: `Call again in ${seconds} s.`, retryAfterMs: waitMs },
      );
    }
    guest.underWay += 1;
    return () => {
      guest.underWay -= 1;
    };
  }

  #of(caller: string, token: string): Remembered {
    const key = JSON.stringify([caller, token]);
    const guest = this.#known.get(key) ?? { seen: new SeenAudiences(), underWay: 0 };
    this.#known.delete(key);
    this.#known.set(key, guest);
    if (this.#known.size > maxGuests) this.#forgetOne();
    return guest;
  }

  /** Those with calls under way stay: they would be counted again. */
  #forgetOne(): void {
    for (const [key, { underWay }] of this.#known) {
      if (underWay > 0) continue;
      this.#known.delete(key);
      return;
    }
  }
}
