/*
 * The lifecycle of audiences and computed traits. It is a function of the clock: nothing runs in
 * between.
 */

/** Milliseconds from creation, or from a change, until something ends. */
export const lifeMs = {
  preparing: 2000,
  firstComputation: 6000,
  computation: 4000,
  lock: 2000,
} as const;

/** What the status of a computed thing follows from; times in ms since the epoch. */
export interface Life {
  enabled: boolean;
  createdAt: number;
  computedAt: number;
  lockedUntil: number;
}

/**
 * Preparing for 2 s, Computing until 6 s after creation, then Live. A change locks for 2 s and a
 * new definition is computed for 4 s; what is disabled is Disabled.
 */
export function statusOf({ enabled, createdAt, computedAt, lockedUntil }: Life, now: number) {
  if (!enabled) return 'Disabled';
  if (now < createdAt + lifeMs.preparing) return 'Preparing';
  return now < Math.max(computedAt, lockedUntil) ? 'Computing' : 'Live';
}

/** The fields that can be changed in the same way, whatever the thing is. */
interface Changeable extends Life {
  name: string;
  description?: string;
  updatedAt: number;
  updatedBy: string;
}

/**
 * Changes a thing in place: locks it, and recomputes it for a new definition or when it is enabled.
 */
export function change(
  thing: Changeable,
  wanted: { name?: string; description?: string; enabled?: boolean; definition?: object },
  { now, by }: { now: number; by: string },
): void {
  const computeAgain = wanted.definition !== undefined || (wanted.enabled && !thing.enabled);
  if (computeAgain) thing.computedAt = Math.max(thing.computedAt, now + lifeMs.computation);
  thing.name = wanted.name ?? thing.name;
  thing.description = wanted.description ?? thing.description;
  thing.enabled = wanted.enabled ?? thing.enabled;
  thing.updatedAt = now;
  thing.updatedBy = by;
  thing.lockedUntil = now + lifeMs.lock;
}

/** When a lock ends; undefined if there is none. */
export function lockEnd({ lockedUntil }: Life, now: number): number | undefined {
  return lockedUntil > now ? lockedUntil : undefined;
}
