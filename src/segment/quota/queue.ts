import Bottleneck from 'bottleneck';

/** Bottleneck's priorities run from 0, served first, to 9; its own default is 5. */
export const priorities = { atQuota: 0, retry: 4, first: 5 } as const;

/** Runs one job at a time, by priority and then in the order in which they came. */
export type Queue = Pick<Bottleneck, 'schedule'>;

export function createQueue(): Queue {
  return new Bottleneck({ maxConcurrent: 1 });
}
