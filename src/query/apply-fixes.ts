import { type Checked, check } from './check.ts';
import type { CheckOptions } from './check-options.ts';
import { applyFix, type Diagnostic, type Fix } from './diagnostic.ts';

/** Times that a query is checked again after fixes; more would be fixes that undo each other. */
const maxRounds = 10;

/** What fixes made of a query. */
export interface FixedQuery {
  /** The query with the fixes applied; what was given if there was none. */
  text: string;
  /**
   * The fixes of each round, in the order of the text, with places in the text that the round before
   * left.
   */
  rounds: readonly (readonly Fix[])[];
  /** The result of checking the text. */
  checked: Checked;
}

/**
 * Applies the fixes that a check offers: all those that don't touch each other, then those that the
 * next check offers, until there is none, in at most ten rounds.
 *
 * @param wants which diagnostics are to be fixed; by default, all that have a fix.
 */
export function applyFixes(
  query: string,
  options: CheckOptions = {},
  wants: (diagnostic: Diagnostic) => boolean = () => true,
): FixedQuery {
  const rounds: (readonly Fix[])[] = [];
  const seen = new Set([query]);
  let text = query;
  let checked = check(text, options);
  let closedBracket = false;
  while (rounds.length < maxRounds) {
    // A comment may have hidden what closes a bracket.
    const mayGo = ({ code }: Diagnostic) => !(closedBracket && code === 'comment');
    const wanted = checked.diagnostics.filter(wants).filter(mayGo);
    closedBracket ||= wanted.some(({ code, fix }) => code === 'unclosed' && fix !== undefined);
    const fixes = apart(wanted.flatMap(({ fix }) => fix ?? []));
    // From the end, so that each fix leaves the places of those before it.
    const next = fixes.reduceRight(applyFix, text);
    if (seen.has(next)) break;
    seen.add(next);
    rounds.push(fixes);
    text = next;
    checked = check(text, options);
  }
  return { text, rounds, checked };
}

/** The fixes that don't touch one before them: what two make of neighbors is known to neither. */
function apart(fixes: readonly Fix[]): Fix[] {
  const kept: Fix[] = [];
  for (const fix of fixes.toSorted((a, b) => a.start - b.start || a.end - b.end)) {
    const last = kept.at(-1);
    if (!last || last.end < fix.start) kept.push(fix);
  }
  return kept;
}
