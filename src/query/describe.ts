import { type Cadence, computeCadence } from './cadence.ts';
import { type Checked, check, checkErrors } from './check.ts';
import type { Level } from './check-options.ts';
import type { Diagnostic } from './diagnostic.ts';
import { explain } from './explain.ts';
import { format } from './format.ts';
import { type References, references } from './references.ts';

/** Everything known about a definition without data. */
export interface QueryDescription {
  /** Whether there is a verdict; see `check`. */
  checked: boolean;
  valid?: boolean;
  diagnostics: Diagnostic[];
  /** The canonical form and the explanation of a valid definition. */
  formatted?: string;
  explanation?: string;
  references: References;
  /** For a definition that could be read. */
  computeCadence?: Cadence;
  primaryExpressions: number;
}

/** Checks an audience's definition and describes it. Never throws. */
export function describeQuery(query: string, type: Level): QueryDescription {
  const outcome = check(query, { type });
  const { checked, valid, diagnostics, tree, primaryExpressions } = outcome;
  const meaning = meaningIn(outcome, type);
  return {
    checked,
    valid,
    diagnostics,
    formatted: valid ? format(tree) : undefined,
    explanation: meaning.explanation,
    references: references(tree),
    computeCadence: meaning.computeCadence,
    primaryExpressions,
  };
}

/** What a definition means, as far as it can be read. */
export type QueryMeaning = Pick<QueryDescription, 'explanation' | 'computeCadence'>;

/** The explanation and the cadence of an audience's definition. Never throws. */
export function meaningOf(query: string, type: Level): QueryMeaning {
  return meaningIn(checkErrors(query, { type }), type);
}

function meaningIn({ checked, valid, tree }: Checked, type: Level): QueryMeaning {
  return {
    explanation: valid ? explain(tree, type) : undefined,
    computeCadence: checked && tree.kind !== 'missing' ? computeCadence(tree, type) : undefined,
  };
}
