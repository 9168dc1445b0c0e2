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
  /** What could not be checked because of them, in a sentence without its full stop. */
  readonly unchecked: string | undefined;

  constructor(problems: readonly string[], unchecked?: string) {
    const more = unchecked === undefined ? [] : [`${unchecked}.`];
    super(["The seed can't be used:", ...problems, ...more].join('\n'));
    this.name = 'SeedError';
    this.problems = problems;
    this.unchecked = unchecked;
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
  if (error) throw new SeedError(error.issues.map(problemOf), restUnchecked);
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

/** What a part that can't be read says is not known, nor what others mean by it. */
const restUnchecked =
  'What the seed says, such as an id that is there twice, is checked once its form is right';

function problemOf({ path, message }: z.core.$ZodIssue): string {
  const place = path
    .map((step) => (typeof step === 'number' ? `[${step}]` : `.${String(step)}`))
    .join('')
    .replace(/^\./, '');
  return `${place === '' ? 'the seed' : place}: ${message}`;
}
