import type { Level, QueryDescription } from '../../query/index.ts';
import type { Problem } from './problem.ts';
import type { Source } from './source.ts';
import type { Target } from './targets.ts';

/** A definition that was checked. */
export interface Report {
  target: Target;
  source: Source;
  /** The level that it was checked for. */
  type: Level;
  /** With positions in the whole text of the source. */
  description: QueryDescription;
  /** How much of the sample data it matches, if that was requested. */
  sample?: { matches: number; of: number };
  /** How many fixes were applied, if that was requested. */
  fixes?: number;
}

/** The outcome of everything that was requested. */
export interface Outcome {
  reports: readonly Report[];
  problems: readonly Problem[];
}

/** The verdicts on a definition as a whole. */
export type Verdict = 'valid' | 'not valid' | 'not checked';

/** The verdict on a definition. */
export function verdictOn({ description: { checked, valid } }: Report): Verdict {
  if (!checked) return 'not checked';
  return valid ? 'valid' : 'not valid';
}

/** The exit code: unreadable input comes first, then invalid definitions. */
export function exitCodeOf({ reports, problems }: Outcome): number {
  if (problems.length > 0) return 2;
  const verdicts = new Set(reports.map(verdictOn));
  if (verdicts.has('not valid')) return 1;
  return verdicts.has('not checked') ? 3 : 0;
}
