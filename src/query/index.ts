/*
 * Segment's audience query language: the part of this folder that the rest of the program uses.
 * Pure functions that import nothing from outside it.
 */

export { applyFixes, type FixedQuery } from './apply-fixes.ts';
export type { Expression } from './ast.ts';
export { type Cadence, computeCadence } from './cadence.ts';
export { cheatSheet } from './cheat-sheet.ts';
export { type Checked, check, checkErrors } from './check.ts';
export { type CheckOptions, type Level, levelOf } from './check-options.ts';
export { describeQuery, meaningOf, type QueryDescription } from './describe.ts';
export { applyFix, type Diagnostic, type Fix, type Severity } from './diagnostic.ts';
export {
  type Account,
  type EntityRecord,
  type EventRecord,
  evaluate,
  membershipOf,
  type Profile,
  traitOf,
} from './evaluate.ts';
export { explain } from './explain.ts';
export { type ExplanationPart, explainParts } from './explain-parts.ts';
export { format } from './format.ts';
export { maxPrimaryExpressions } from './limits.ts';
export { type Outline, outlineOf } from './outline.ts';
export { type References, references } from './references.ts';
export { render } from './render.ts';
export { type Replaced, replaceStrings, type StringReplacement } from './replace-strings.ts';
export { sourceIdsIn } from './source-ids.ts';
export { type Collection, type Vocabulary, vocabularyOf } from './vocabulary.ts';
export { closingQuotes } from './words.ts';
