import type * as z from 'zod';
import { checkSeed } from './check-seed.ts';
import { seedSchema } from './seed-schema.ts';
import { plansOfSeed } from './seed-plans.ts';
import type { Plans } from './space-state.ts';

/** A seed that can't be used. */
export class SeedError extends Error {
  /** All that is wrong with it: where, what, and what is expected. */
  readonly problems: readonly string[];

  constructor(problems: readonly string[]) {
    super(`The seed can't be used:\n${problems.join('\n')}`);
    this.name = 'SeedError';
    this.problems = problems;
  }
}

/**
 * Reads a seed.
 *
 * @param seed what docs/sandbox.md describes, from anywhere. @throws {SeedError} with all that is wrong
 * with its form, or if that is right, with what it says.
 */
export function readSeed(seed: unknown): Plans {
  const { data, error } = seedSchema.safeParse(seed);
  if (error) throw new SeedError(error.issues.map(problemOf));
  const problems = checkSeed(data);
  if (problems.length > 0) throw new SeedError(problems);
  return plansOfSeed(data);
}

function problemOf({ path, message }: z.core.$ZodIssue): string {
  const place = path
    .map((step) => (typeof step === 'number' ? `[${step}]` : `.${String(step)}`))
    .join('')
    .replace(/^\./, '');
  return `${place === '' ? 'the seed' : place}: ${message}`;
}
