/*
 * How audiences and computed traits live. It is a function of the clock: nothing runs in between.
 */

/** Milliseconds from the creation, or from a change, until something ends. */
export const lifeMs = {
  preparing: 2000,
  firstComputation: 6000,
  computation: 4000,
  lock: 2000,
} as const;

/** What the status of something that is computed follows from; times in ms since the epoch. */
export interface Life {
  enabled: boolean;
  createdAt: number;
  computedAt: number;
  lockedUntil: number;
}

/**
 * Preparing for 2 s, Computing until 6 s after the creation, then Live. A change locks for 2 s and a
 * new definition is computed for 4 s; what is disabled is Disabled.
 */
export function statusOf({ enabled, createdAt, computedAt, lockedUntil }: Life, now: number) {
  if (!enabled) return 'Disabled';
  if (now < createdAt + lifeMs.preparing) return 'Preparing';
  return now < Math.max(computedAt, lockedUntil) ? 'Computing' : 'Live';
}

/** When a lock ends; undefined if there is none. */
export function lockEnd({ lockedUntil }: Life, now: number): number | undefined {
  return lockedUntil > now ? lockedUntil : undefined;
}
