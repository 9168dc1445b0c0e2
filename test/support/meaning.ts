import type { Expression } from '../../src/query/ast.ts';
import {
  type Account,
  applyFix,
  applyFixes,
  check,
  checkErrors,
  type Diagnostic,
  evaluate,
  format,
  type Level,
  type Profile,
} from '../../src/query/index.ts';
import { now } from './arbitrary-profile.ts';
import { normalForm } from './normal-form.ts';
import { subjectsFor } from './subjects.ts';

/*
 * Whether two definitions mean the same, and what their fixes lead to.
 */

/** How an audience's definition is read. */
export interface Reading {
  isValid: boolean;
  tree: Expression;
}

/** What a check says of it in addition. */
export interface Verdict extends Reading {
  diagnostics: Diagnostic[];
}

/** Reads an audience's definition without a search for warnings, in less time than a check. */
export function readingOf(text: string, type: Level): Reading {
  const { tree, valid } = checkErrors(text, { type, purpose: 'audience' });
  return { isValid: valid === true, tree };
}

/** Checks an audience's definition; one that could not be checked is not valid. */
export function verdictOf(text: string, type: Level): Verdict {
  const { diagnostics, tree, valid } = check(text, { type, purpose: 'audience' });
  return { isValid: valid === true, diagnostics, tree };
}

/** How many subjects two definitions are tried on. */
const subjectsPerPair = 200;

/**
 * Whether two trees mean the same: by their normal forms, and by the evaluator.
 *
 * @param subjects on which the evaluator is tried; made for the two if left out.
 */
export function meansTheSame(
  a: Expression,
  b: Expression,
  type: Level,
  subjects?: readonly (Profile | Account)[],
): boolean {
  if (normalForm(a) !== normalForm(b)) return false;
  if (format(a) === format(b)) return true;
  const tried = subjects ?? subjectsFor([a, b], type, subjectsPerPair);
  return tried.every((subject) => evaluate(a, subject, now) === evaluate(b, subject, now));
}

/**
 * What all that fixes may lead to is: each by itself, and the chain of them, where those that touch
 * wait for the next round or, as others may do it, are applied together.
 *
 * @returns distinct texts other than the one given.
 */
export function resultsOfFixes(text: string, type: Level): { chain: string; results: string[] } {
  const { diagnostics } = verdictOf(text, type);
  const single = diagnostics.flatMap(({ fix }) => (fix ? [applyFix(text, fix)] : []));
  const chain = applyFixes(text, { type }).text;
  const results = new Set([...single, chain, afterTouchingFixes(text, diagnostics, type)]);
  results.delete(text);
  return { chain, results: [...results] };
}

/** Rounds after which a chain of fixes is given up. */
const maxRounds = 10;

function afterTouchingFixes(text: string, diagnostics: readonly Diagnostic[], type: Level): string {
  let current = text;
  let found = diagnostics;
  for (let round = 0; round < maxRounds; round += 1) {
    const next = withFixes(current, found);
    if (next === current) break;
    current = next;
    found = verdictOf(current, type).diagnostics;
  }
  return current;
}

/** The text after all fixes that do not overlap are applied together, the first ones first. */
function withFixes(text: string, diagnostics: readonly Diagnostic[]): string {
  const fixes = diagnostics
    .flatMap(({ fix }) => (fix ? [fix] : []))
    .sort((a, b) => a.start - b.start || a.end - b.end);
  let result = '';
  let at = 0;
  let last = -1;
  for (const fix of fixes) {
    // Two at the same place overlap as well: which comes first would be chance.
    if (fix.start < at || fix.start === last) continue;
    result += text.slice(at, fix.start) + fix.text;
    at = fix.end;
    last = fix.start;
  }
  return result + text.slice(at);
}
