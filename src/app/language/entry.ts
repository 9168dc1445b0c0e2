import { computeCadence } from '../../query/cadence.ts';
import { check } from '../../query/check.ts';
import { type Level, levelOf } from '../../query/check-options.ts';
import { explain } from '../../query/explain.ts';
import { format } from '../../query/format.ts';
import { piecesOf } from '../../query/lexer.ts';
import { references } from '../../query/references.ts';
import { render } from '../../query/render.ts';

/*
 * The query language as the page uses it: a script of its own, because it is six times as large as
 * the page.
 */

export { applyFix } from '../../query/diagnostic.ts';

/** A part of an explanation, and the part of the definition that it explains, if it does. */
export interface ExplainedPart {
  text: string;
  range?: { start: number; end: number };
}

/** Everything to show of a definition. Never throws. */
export function describe(query: string, level: Level) {
  const { checked, valid, diagnostics, tree, primaryExpressions } = check(query, { type: level });
  const parts: ExplainedPart[] | undefined = valid ? [{ text: explain(tree, level) }] : undefined;
  return {
    checked,
    valid,
    diagnostics: diagnostics.map((diagnostic) => ({
      ...diagnostic,
      excerpt: render(query, diagnostic).split('\n').slice(1, 3).join('\n'),
    })),
    parts,
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
