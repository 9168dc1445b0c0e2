import type * as z from 'zod';
import { checkSeed } from './check-seed.ts';
import type { SandboxEdition } from './editions.ts';
import type { SandboxSeed } from './seed-file.ts';
import { plansOfSeed } from './seed-plans.ts';
import { seedSchema } from './seed-schema.ts';
import type { Plans } from './space-state.ts';

/** A seed that can't be used. */
export class SeedError extends Error {
  /** Everything wrong with it: where, what, and what is expected. */
  readonly problems: readonly string[];

  constructor(problems: readonly string[]) {
    super(`The seed can't be used:\n${problems.join('\n')}`);
    this.name = 'SeedError';
    this.problems = problems;
  }
}

/**
 * Reads a seed of the right form from any JSON, such as an imported file, whose type has lost the
 * possible values of its texts. The sandbox checks the content when it starts.
 *
 * @throws {SeedError} with everything wrong with its form.
 */
export function parseSeed(json: unknown): SandboxSeed {
  const { data, error } = seedSchema.safeParse(json);
  if (error) throw new SeedError(error.issues.map(problemOf));
  return data;
}

/**
 * What the spaces of a seed start with.
 *
 * @param edition the one that the sandbox simulates. @throws {SeedError} with everything wrong with
 * its form or, if that is right, with its content.
 */
export function plansFromSeed(given: SandboxSeed, edition: SandboxEdition): Plans {
  const seed = parseSeed(given);
  const problems = checkSeed(seed, edition);
  if (problems.length > 0) throw new SeedError(problems);
  return plansOfSeed(seed);
}

function problemOf({ path, message }: z.core.$ZodIssue): string {
  const place = path
    .map((step) => (typeof step === 'number' ? `[${step}]` : `.${String(step)}`))
    .join('')
    .replace(/^\./, '');
  return `${place === '' ? 'the seed' : place}: ${message}`;
}
