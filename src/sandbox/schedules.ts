import type { Audiences } from './audiences.ts';
import { nextTime, type Timing } from './due-times.ts';
import type { Ids } from './ids.ts';
import type { Runs } from './runs.ts';

/**
 * After this long in a disabled state a linked audience loses its schedules, according to the
 * reference.
 */
const maxDisabledMs = 90 * 86_400_000;

/** A schedule as Segment shows it. */
export type Schedule = Timing & {
  id: string;
  /** RFC 3339; absent while the audience is disabled. */
  nextExecution?: string;
};

interface Stored {
  id: string;
  audienceId: string;
  timing: Timing;
  /**
   * When its next run is due, in ms since the epoch; undefined if never. It is kept, because finding
   * it takes far longer than handling a request.
   */
  dueAt: number | undefined;
}

/** The schedules of the linked audiences of one space. */
export class Schedules {
  readonly #audiences: Audiences;
  readonly #runs: Runs;
  readonly #ids: Ids;
  readonly #now: () => number;
  #stored: Stored[] = [];

  constructor(audiences: Audiences, runs: Runs, ids: Ids, now: () => number) {
    this.#audiences = audiences;
    this.#runs = runs;
    this.#ids = ids;
    this.#now = now;
  }

  /** The schedules of an audience, oldest first. */
  list(audienceId: string): Schedule[] {
    return this.#of(audienceId).map((schedule) => this.#show(schedule));
  }

  get(audienceId: string, id: string): Schedule | undefined {
    const found = this.#find(audienceId, id);
    return found && this.#show(found);
  }

  add(audienceId: string, timing: Timing): Schedule {
    const id = this.#ids.next('sch_');
    const schedule = { id, audienceId, timing, dueAt: nextTime(timing, this.#now()) };
    this.#stored.push(schedule);
    return this.#show(schedule);
  }

  /** Changes the timing of a schedule. */
  update(audienceId: string, id: string, timing: Timing): Schedule | undefined {
    const found = this.#find(audienceId, id);
    if (!found) return undefined;
    found.timing = timing;
    found.dueAt = nextTime(timing, this.#now());
    return this.#show(found);
  }

  /** Whether there was something to remove. */
  remove(audienceId: string, id: string): boolean {
    const found = this.#find(audienceId, id);
    this.#stored = this.#stored.filter((each) => each !== found);
    return found !== undefined;
  }

  /**
   * Brings everything up to the present: requests the runs that have become due since the last
   * time, and drops schedules that are lost. Called before anything changes.
   */
  settle(): void {
    if (this.#stored.length === 0) return;
    const now = this.#now();
    const known = new Map(this.#audiences.headers().map((audience) => [audience.id, audience]));
    this.#stored = this.#stored.filter(({ audienceId }) => {
      const since = this.#audiences.disabledSince(audienceId);
      return known.has(audienceId) && (since === undefined || now - since < maxDisabledMs);
    });
    const due = this.#stored.flatMap((schedule) => {
      const { audienceId } = schedule;
      const times = timesUntil(now, schedule);
      return known.get(audienceId)?.enabled ? times.map((at) => ({ audienceId, at })) : [];
    });
    for (const { audienceId, at } of due.sort((a, b) => a.at - b.at)) {
      // A run in progress takes the slot: the next one waits for another.
      if (!this.#runs.isBusy(audienceId, at)) this.#runs.request(audienceId, 'schedule', at);
    }
  }

  #of(audienceId: string): Stored[] {
    return this.#stored.filter((schedule) => schedule.audienceId === audienceId);
  }

  #find(audienceId: string, id: string): Stored | undefined {
    return this.#of(audienceId).find((schedule) => schedule.id === id);
  }

  #show({ id, audienceId, timing }: Stored): Schedule {
    const isOff = this.#audiences.disabledSince(audienceId) !== undefined;
    const next = isOff ? undefined : nextTime(timing, this.#now());
    const nextExecution = next === undefined ? undefined : new Date(next).toISOString();
    return { id, ...timing, nextExecution };
  }
}

/** The times up to now at which a schedule has become due; moves it on. */
function timesUntil(now: number, schedule: Stored): number[] {
  const times: number[] = [];
  while (schedule.dueAt !== undefined && schedule.dueAt <= now) {
    times.push(schedule.dueAt);
    schedule.dueAt = nextTime(schedule.timing, schedule.dueAt);
  }
  return times;
}
