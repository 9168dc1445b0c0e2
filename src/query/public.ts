import type { Expression } from './ast.ts';
import { type Checked, check as checkText } from './check.ts';
import { type Level, levelOf, type CheckOptions as OptionsAtLevel } from './check-options.ts';
import { applyFix as applyFixToText, type Fix } from './diagnostic.ts';
import { type Account, evaluate as evaluateTree, type Profile } from './evaluate.ts';
import { explain as explainTree } from './explain.ts';
import { type ExplanationPart, explainParts as explainTreeInParts } from './explain-parts.ts';
import { format as formatTree } from './format.ts';
import { type References, references as referencesOf } from './references.ts';

/*
 * `segment-audiences-mcp/query`: Segment's audience query language for other programs. Everything
 * exported here is public API; docs/query-language.md describes it.
 */

export type {
  Argument,
  Cast,
  Chain,
  Duration,
  Exclusion,
  Expression,
  FunctionCall,
  Junction,
  Literal,
  Missing,
  Named,
  Prefix,
  Span,
} from './ast.ts';
export type { Checked } from './check.ts';
export type { Level } from './check-options.ts';
export type { DiagnosticCode } from './codes.ts';
export type { Diagnostic, Fix, Severity } from './diagnostic.ts';
export type { Account, EntityRecord, EventRecord, Profile } from './evaluate.ts';
export type { ExplanationPart } from './explain-parts.ts';
export type { References } from './references.ts';

/** A level in lowercase, or in capitals as in Segment's API. */
export type AnyLevel = Level | Uppercase<Level>;

/** What a definition is checked for. */
export interface CheckOptions extends Pick<OptionsAtLevel, 'purpose'> {
  /** The level of the definition; `users` by default. */
  type?: AnyLevel;
}

/**
 * Checks a definition against the reference of the language.
 *
 * @param text the definition, of any length; beyond this package's limits, `checked` is false and
 * `valid` is absent.
 * @param options level and purpose; by default, an audience of users.
 * @returns the verdict, the diagnostics, and the tree that the other functions take. No text makes
 * it throw.
 * @throws {RangeError} for an unknown level. @throws {TypeError} if the text is not a string.
 *
 * @example
 * import { check } from 'segment-audiences-mcp/query';
 *
 * const { checked, valid, diagnostics } = check("event('Shoes Bought').cuont() >= 1");
 * checked; // => true
 * valid; // => false
 * diagnostics[0]?.message; // => 'There is no function cuont.'
 * diagnostics[0]?.column; // => 23
 *
 * check("ALL trait('email').exists()", { type: 'accounts' }).valid; // => true
 * check("event('Shoes Bought').count()", { purpose: 'trait' }).valid; // => true
 */
export function check(text: string, options: CheckOptions = {}): Checked {
  const { type = 'users', purpose } = options;
  return checkText(text, { type: levelFrom(type), purpose });
}

/**
 * The canonical text of a definition: operators where possible, single quotes, one space between
 * words, no redundant parentheses.
 *
 * @param tree of a valid definition. Formatting is idempotent.
 *
 * @example
 * import { check, format } from 'segment-audiences-mcp/query';
 *
 * const { tree } = check("(trait('plan').equals('vip'))");
 * format(tree); // => "trait('plan') = 'vip'"
 */
export function format(tree: Expression): string {
  return formatTree(tree);
}

/**
 * A definition as one English sentence, for a person who has to agree to it. Names are in Markdown
 * bold.
 *
 * @param tree of a valid definition.
 * @param type the level that it was checked for.
 * @throws {RangeError} for an unknown level.
 *
 * @example
 * import { check, explain } from 'segment-audiences-mcp/query';
 *
 * const { tree } = check("event('Shoes Bought').within(7 days).count() >= 2");
 * explain(tree); // => 'Users who did **Shoes Bought** at least twice in the last 7 days.'
 */
export function explain(tree: Expression, type: AnyLevel = 'users'): string {
  return explainTree(tree, levelFrom(type));
}

/**
 * The same sentence in pieces, to show which characters of the definition each piece explains.
 *
 * @param tree of a valid definition.
 * @param type the level that it was checked for.
 * @returns pieces whose texts, joined, are the explanation. Words about the whole definition have no
 * range. Of two ranges, one contains the other or they have nothing in common.
 * @throws {RangeError} for an unknown level.
 *
 * @example
 * import { check, explainParts } from 'segment-audiences-mcp/query';
 *
 * const { tree } = check("trait('plan') = 'vip'");
 * const parts = explainParts(tree);
 * parts.map(({ text }) => text); // => ['Users ', 'whose ', '**plan**', ' ', 'is ', '"vip"', '.']
 * parts.at(2)?.range; // => { start: 0, end: 13 }
 */
export function explainParts(tree: Expression, type: AnyLevel = 'users'): ExplanationPart[] {
  return explainTreeInParts(tree, levelFrom(type));
}

/**
 * Whether a profile or an account is in an audience.
 *
 * @param tree of a valid audience definition.
 * @param subject a profile with its events, oldest first; for a definition of accounts, an account
 * with its users.
 * @param now the time of the evaluation, in milliseconds since the epoch.
 *
 * @example
 * import { check, evaluate } from 'segment-audiences-mcp/query';
 *
 * const { tree } = check("event('Shoes Bought').within(7 days).count() >= 1");
 * const now = Date.parse('2026-03-10T12:00:00Z');
 * const bought = { name: 'Shoes Bought', at: Date.parse('2026-03-05T09:00:00Z') };
 * evaluate(tree, { traits: {}, events: [bought] }, now); // => true
 * evaluate(tree, { traits: {}, events: [] }, now); // => false
 */
export function evaluate(tree: Expression, subject: Profile | Account, now: number): boolean {
  return evaluateTree(tree, subject, now);
}

/**
 * The names that a definition depends on, each once, in the order of the text. Another audience is
 * listed among the traits, by its key.
 *
 * @param tree of a definition; for an invalid one, of what could be read.
 *
 * @example
 * import { check, references } from 'segment-audiences-mcp/query';
 *
 * const { tree } = check("event('Shoes Bought').count() >= 1 AND trait('vips') = 'true'");
 * references(tree).events; // => ['Shoes Bought']
 * references(tree).traits; // => ['vips']
 */
export function references(tree: Expression): References {
  return referencesOf(tree);
}

/**
 * A definition with the fix of one diagnostic applied. The positions of all other diagnostics refer
 * to the old text: check the new text to get the remaining ones.
 *
 * @param text the definition that was checked. @param fix from a diagnostic of that check.
 *
 * @example
 * import { applyFix, check } from 'segment-audiences-mcp/query';
 *
 * const text = "event('Shoes Bought').cuont() >= 1";
 * const fix = check(text).diagnostics[0]?.fix;
 * fix && applyFix(text, fix); // => "event('Shoes Bought').count() >= 1"
 */
export function applyFix(text: string, fix: Fix): string {
  return applyFixToText(text, fix);
}

function levelFrom(type: string): Level {
  const level = levelOf(type);
  if (level === undefined) {
    throw new RangeError(`"${type}" is not a level: expected one of users, accounts, linked.`);
  }
  return level;
}
