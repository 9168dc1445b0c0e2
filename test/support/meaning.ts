import type { Expression } from '../../src/query/ast.ts';
import {
  type Account,
  check,
  type Diagnostic,
  evaluate,
  type Level,
  type Profile,
} from '../../src/query/index.ts';
import { now } from './arbitrary-profile.ts';
import { normalForm } from './normal-form.ts';
import { subjectsFor } from './subjects.ts';

/*
 * Whether two definitions mean the same, and what their fixes lead to.
 */

/** What a check says of an audience, as these tests use it. */
export interface Verdict {
  isValid: boolean;
  diagnostics: Diagnostic[];
  tree: Expression;
}

/** Checks an audience's definition; one that could not be checked is not valid. */
export function verdictOf(text: string, type: Level): Verdict {
  const { diagnostics, tree, ...rest } = check(text, { type, purpose: 'audience' });
  const wasChecked = 'checked' in rest ? rest.checked === true : rest.read;
  return { isValid: wasChecked && rest.valid === true, diagnostics, tree };
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
  const tried = subjects ?? subjectsFor([a, b], type, subjectsPerPair);
  return tried.every((subject) => evaluate(a, subject, now) === evaluate(b, subject, now));
}

/** The text after all fixes that do not overlap are applied together, the first ones first. */
export function applyAll(text: string, diagnostics: readonly Diagnostic[]): string {
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

/** Rounds after which a chain of fixes is given up. */
const maxRounds = 10;

/** What the chain of fixes leads to: all that do not overlap, checked again, at most ten rounds. */
export function afterChain(text: string, type: Level): string {
  let current = text;
  for (let round = 0; round < maxRounds; round += 1) {
    const next = applyAll(current, verdictOf(current, type).diagnostics);
    if (next === current) break;
    current = next;
  }
  return current;
}
