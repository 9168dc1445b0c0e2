import { type Audience, computationOf } from './audiences.ts';
import type { Ids } from './ids.ts';
import { defaultExternalIds, type People } from './people.ts';
import { outcomeOf, type PreviewOutcome } from './preview-outcome.ts';

/** How long a preview takes, milliseconds. */
const runningMs = 3000;
/** How many previews a space has in a month; that it is the calendar month is a guess. */
const maxPerMonth = 700;
/** A word in preview ids, as in the sample of Segment's reference. */
const execution = 'compute_preview_execution';

/** What to preview. */
export interface NewPreview {
  definition: Audience['definition'];
  options?: { filterByExternalIds?: string[]; backfillEventDataDays?: number };
}

/** The present state of a preview. */
export interface Preview extends NewPreview {
  id: string;
  options: NonNullable<Audience['options']>;
  status: 'RUNNING' | 'COMPLETED' | 'FAILED';
  outcome?: PreviewOutcome;
}

interface Stored extends NewPreview {
  id: string;
  startedAt: number;
  outcome?: PreviewOutcome;
}

/** The previews of one space. How long one can be read is not stated; here it is forever. */
export class Previews {
  readonly #spaceId: string;
  readonly #people: People;
  readonly #ids: Ids;
  readonly #stored = new Map<string, Stored>();

  constructor(spaceId: string, people: People, ids: Ids) {
    this.#spaceId = spaceId;
    this.#people = people;
    this.#ids = ids;
  }

  /** How many have been started this month, and the milliseconds until another may be. */
  ofThisMonth(): { used: number; ms: number } {
    const now = this.#people.now();
    const date = new Date(now);
    const [year, month] = [date.getUTCFullYear(), date.getUTCMonth()];
    const [from, until] = [Date.UTC(year, month), Date.UTC(year, month + 1)];
    const used = [...this.#stored.values()].filter(({ startedAt }) => startedAt >= from).length;
    return { used, ms: used < maxPerMonth ? 0 : until - now };
  }

  start(input: NewPreview): string {
    const number = this.#ids.next('').padStart(27, '0');
    const id = `${number}-${execution}-${this.#spaceId}-${execution}`;
    this.#stored.set(id, { ...input, id, startedAt: this.#people.now() });
    return id;
  }

  get(id: string): Preview | undefined {
    const found = this.#stored.get(id);
    if (!found) return undefined;
    const { definition, options } = found;
    const isRunning = this.#people.now() < found.startedAt + runningMs;
    // The members when it ended, if the question comes soon after.
    if (!isRunning) found.outcome ??= outcomeOf(computationOf(found), this.#people);
    const failed = found.outcome?.failureReason !== undefined;
    const ended = failed ? 'FAILED' : 'COMPLETED';
    return {
      id,
      definition,
      // A preview looks at the past anyway.
      options: {
        filterByExternalIds: [...defaultExternalIds],
        includeHistoricalData: true,
        ...options,
      },
      status: isRunning ? 'RUNNING' : ended,
      outcome: found.outcome,
    };
  }
}
