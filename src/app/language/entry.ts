import { computeCadence } from '../../query/cadence.ts';
import { check } from '../../query/check.ts';
import { type Level, levelOf } from '../../query/check-options.ts';
import { explainParts } from '../../query/explain-parts.ts';
import { format } from '../../query/format.ts';
import { piecesOf } from '../../query/lexer.ts';
import { references } from '../../query/references.ts';

/*
 * The query language as the page uses it: a script of its own, because it is six times as large as
 * the page.
 */

export { applyFix } from '../../query/diagnostic.ts';

export type { ExplanationPart } from '../../query/explain-parts.ts';

/** Everything to show of a definition. Never throws. */
export function describe(query: string, level: Level) {
  const { checked, valid, diagnostics, tree, primaryExpressions } = check(query, { type: level });
  return {
    checked,
    valid,
    diagnostics,
    parts: valid ? explainParts(tree, level) : undefined,
    formatted: valid ? format(tree) : undefined,
    cadence: valid ? computeCadence(tree, level) : undefined,
    conditions: primaryExpressions,
    traits: references(tree).traits,
  };
}

export type Description = ReturnType<typeof describe>;

/** The level that a word names; that of users for any other word. */
export function levelFrom(word: string | undefined): Level {
  return levelOf(word ?? '') ?? 'users';
}

/** The words, strings and signs of a definition, with their places. */
export function pieces(query: string) {
  return piecesOf(query);
}
