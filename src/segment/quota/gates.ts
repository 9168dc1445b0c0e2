import type { Clock } from '../../clock.ts';
import type { QuotaReading } from '../../telemetry/observer.ts';
import { Gate } from './gate.ts';
import { LocalQuota } from './local-quota.ts';
import type { CreateQuota } from './quota.ts';

const createLocalQuota: CreateQuota = (_, limit, clock) => new LocalQuota(limit, clock);

/** What the gates of one token need. */
export interface GatesOptions {
  clock: Clock;
  /** The limits fixed by the user, requests per minute by operation. */
  fixedPerMinute: Readonly<Record<string, number | undefined>>;
  /** Makes the quota of an operation; by default one for this process alone. */
  createQuota?: CreateQuota;
}

/** The gates of one token, one per operation, made when first needed. */
export class Gates {
  readonly #clock: Clock;
  readonly #fixedPerMinute: GatesOptions['fixedPerMinute'];
  readonly #createQuota: CreateQuota;
  readonly #gates = new Map<string, Gate>();
  /** The server refuses the token until then. */
  #closedUntil = 0;
  readonly #drained: ((operation: string) => boolean)[] = [];

  constructor({ clock, fixedPerMinute, createQuota = createLocalQuota }: GatesOptions) {
    this.#clock = clock;
    this.#fixedPerMinute = fixedPerMinute;
    this.#createQuota = createQuota;
  }

  /**
   * The gate of an operation.
   *
   * @param perMinute the limit to start with if the user has fixed none.
   */
  gate(operation: string, perMinute: number): Gate {
    const known = this.#gates.get(operation);
    if (known) return known;
    const fixed = this.#fixedPerMinute[operation];
    const limit =
      fixed === undefined
        ? ({ perMinute, from: 'reference' } as const)
        : ({ perMinute: fixed, from: 'user' } as const);
    const clock = this.#clock;
    const quota = this.#createQuota(operation, limit, clock);
    const onTokenRefused = (untilMs: number) => this.closeAll(untilMs);
    const gate = new Gate({ operation, quota, clock, onTokenRefused });
    if (this.#closedUntil > clock.monotonic()) void gate.closeUntil(this.#closedUntil);
    if (this.#drained.some((includes) => includes(operation))) gate.drain();
    this.#gates.set(operation, gate);
    return gate;
  }

  /** How the quotas of the operations that were used so far stand. */
  readings(): QuotaReading[] {
    return [...this.#gates.values()].map((gate) => gate.reading());
  }

  /** Lets no request of this token through before `untilMs`, on the monotonic clock. */
  async closeAll(untilMs: number): Promise<void> {
    this.#closedUntil = Math.max(this.#closedUntil, untilMs);
    await Promise.all([...this.#gates.values()].map((gate) => gate.closeUntil(untilMs)));
  }

  /**
   * Cancels the calls in line, and lets none wait from now on.
   *
   * @param includes whether to include an operation; by default all are.
   */
  drain(includes: (operation: string) => boolean = () => true): void {
    this.#drained.push(includes);
    for (const [operation, gate] of this.#gates) if (includes(operation)) gate.drain();
  }
}
