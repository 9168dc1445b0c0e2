import type { Clock } from '../../clock.ts';
import type { Limit, Place, Quota, Taken } from './quota.ts';
import type { QuotaReport } from './report.ts';
import * as transitions from './state.ts';

/** The quota of one operation as this process alone sees it. */
export class LocalQuota implements Quota {
  readonly #clock: Clock;
  #state: transitions.QuotaState;
  #placesTaken = 0;

  constructor(limit: Limit, clock: Clock) {
    this.#clock = clock;
    this.#state = transitions.initialState(limit);
  }

  get perMinute(): number {
    return this.#state.limit.perMinute;
  }

  get mayLearnLimit(): boolean {
    return transitions.mayLearnLimit(this.#state, this.#clock.monotonic());
  }

  async take(patienceMs: number): Promise<Taken> {
    this.#placesTaken += 1;
    const asked = { id: String(this.#placesTaken), patienceMs };
    const { state, taken } = transitions.take(this.#state, asked, this.#clock.monotonic());
    this.#state = state;
    return taken;
  }

  async settle(place: Place, report: QuotaReport | undefined): Promise<void> {
    this.#state = transitions.settle(this.#state, place, report, this.#clock.monotonic());
  }

  async giveBack(place: Place): Promise<void> {
    this.#state = transitions.giveBack(this.#state, place);
  }

  async closeUntil(untilMs: number): Promise<void> {
    this.#state = transitions.closeUntil(this.#state, untilMs);
  }

  forecastMs(ahead: number): number {
    return transitions.forecastMs(this.#state, ahead, this.#clock.monotonic());
  }
}
