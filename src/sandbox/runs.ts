import type { Ids } from './ids.ts';

/** How long the computation of a linked audience takes here, milliseconds. */
const runMs = 60_000;
/** How many run at once in a space, according to Segment's reference; further ones wait. */
const maxAtOnce = 5;
/** How many are remembered. */
const maxRemembered = 1000;

/** One run of a linked audience; times in milliseconds since the epoch. */
export interface Run {
  id: string;
  audienceId: string;
  cause: 'forced' | 'schedule';
  requestedAt: number;
  /** Later than requested if it had to wait. */
  startsAt: number;
  endsAt: number;
}

/** The runs of the linked audiences of one space, in the order in which they were requested. */
export class Runs {
  readonly #ids: Ids;
  readonly #runs: Run[] = [];

  constructor(ids: Ids) {
    this.#ids = ids;
  }

  /** Requests one. All take equally long, so its start is known at once. */
  request(audienceId: string, cause: Run['cause'], at: number): Run {
    const ends = this.#runs.map(({ endsAt }) => endsAt).filter((endsAt) => endsAt > at);
    const startsAt = ends.sort((a, b) => b - a)[maxAtOnce - 1] ?? at;
    const id = this.#ids.next('run_');
    const run = { id, audienceId, cause, requestedAt: at, startsAt, endsAt: startsAt + runMs };
    this.#runs.push(run);
    if (this.#runs.length > maxRemembered) this.#runs.shift();
    return run;
  }

  /** Whether a run of this audience is waiting or in progress. */
  isBusy(audienceId: string, at: number): boolean {
    return this.#runs.some((run) => run.audienceId === audienceId && run.endsAt > at);
  }

  list(): readonly Run[] {
    return this.#runs;
  }
}
