import Bottleneck from 'bottleneck';

/** Bottleneck's priorities run from 0, served first, to 9; its own default is 5. */
export const priorities = { atQuota: 0, retry: 4, first: 5 } as const;

/** Runs one job at a time, by priority and then in the order in which they came. */
export interface Queue {
  schedule<Result>(options: { priority: number }, job: () => Promise<Result>): Promise<Result>;
}

/**
 * A queue that no date holds up. Bottleneck keeps the date from which the next job may run, so that
 * after a clock was set back, no job would run until it has caught up. With this `minTime`, that
 * date is always over; only the first job runs from the moment at which Bottleneck is made.
 */
export function createQueue(): Queue {
  let queue: Bottleneck | undefined;
  return {
    schedule(options, job) {
      queue ??= new Bottleneck({ maxConcurrent: 1, minTime: Number.NEGATIVE_INFINITY });
      return queue.schedule(options, job);
    },
  };
}
