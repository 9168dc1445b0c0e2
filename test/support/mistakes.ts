import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import * as z from 'zod';
import type { Level } from '../../src/query/index.ts';
import { meansTheSame, readingOf, resultsOfFixes, verdictOf } from './meaning.ts';

/*
 * Mistakes as people and models make them, and what the checker makes of them. The data is in
 * test/query/mistakes, a file for each kind.
 */

const mistakeSchema = z.strictObject({
  text: z.string(),
  /** `users` if left out. */
  type: z.enum(['accounts', 'linked']).optional(),
  /** What is clearly meant: definitions that all say it as well as one can. */
  intended: z.array(z.string()).min(1).optional(),
  /** Readings that a fix may give although others are possible. */
  allowed: z.array(z.string()).optional(),
  /** How many mistakes the text holds; 1 if left out. */
  mistakes: z.int().positive().optional(),
});

/** One text with its mistakes. */
export type Mistake = z.infer<typeof mistakeSchema> & { kind: string };

const folder = fileURLToPath(new URL('../query/mistakes/', import.meta.url));

/** All mistakes, in the order of the files. */
export const mistakes: readonly Mistake[] = readdirSync(folder).flatMap((name) =>
  z
    .array(mistakeSchema)
    .parse(JSON.parse(readFileSync(folder + name, 'utf8')))
    .map((mistake) => ({ ...mistake, kind: name.replace('.json', '') })),
);

/**
 * - `healed`: one fix, or the chain, gives a definition that says what is clearly meant.
 * - `wrong`: one of them gives a valid definition that says something else.
 * - `none`: neither.
 */
export type Outcome = 'healed' | 'wrong' | 'none';

/** What became of a mistake. */
export interface Score {
  mistake: Mistake;
  outcome: Outcome;
  /** Of the text as it is. */
  errors: number;
  /** The codes of these errors, in the order of the text. */
  codes: string[];
  /** Where the chain ends. */
  result: string;
  /** The result that is wrong. */
  wrong?: string;
}

/** Tries every single fix of a text, and the chain of them. */
export function score(mistake: Mistake): Score {
  const { text, intended = [], allowed = [] } = mistake;
  const type: Level = mistake.type ?? 'users';
  const { isValid, diagnostics } = verdictOf(text, type);
  const errors = diagnostics.filter(({ severity }) => severity === 'error');
  const { chain: result, results } = resultsOfFixes(text, type);
  const isReading = (one: string, readings: readonly string[]) =>
    readings.some((reading) => {
      const { tree } = readingOf(reading, type);
      return meansTheSame(readingOf(one, type).tree, tree, type);
    });
  const valid = results.filter((one) => readingOf(one, type).isValid);
  const wrong = valid.find((one) => !isReading(one, [...intended, ...allowed]));
  // What is accepted as it is needs no fix.
  const isHealed = [...valid, ...(isValid ? [text] : [])].some((one) => isReading(one, intended));
  const positive = isHealed ? 'healed' : 'none';
  return {
    mistake,
    outcome: wrong === undefined ? positive : 'wrong',
    errors: errors.length,
    codes: errors.map(({ code }) => code),
    result,
    wrong,
  };
}
