import { type Checked, check } from './check.ts';
import type { CheckOptions } from './check-options.ts';
import { applyFix, type Diagnostic, type Fix } from './diagnostic.ts';

/**
 * How often a query is checked again after fixes; more rounds would mean fixes that undo each
 * other.
 */
const maxRounds = 10;

/** The result of applying fixes to a query. */
export interface FixedQuery {
  /** The query with the fixes applied; unchanged if there were none. */
  text: string;
  /**
   * The fixes of each round, in text order; offsets refer to the text after the previous round.
   */
  rounds: readonly (readonly Fix[])[];
  /** The result of checking the text. */
  checked: Checked;
}

/**
 * Applies the fixes that a check offers: all that don't touch each other, then those of the next
 * check, until none is left, in at most ten rounds.
 *
 * @param wants selects the diagnostics to fix; by default, all that have a fix.
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
    // A comment may have hidden a closing bracket.
    const mayGo = ({ code }: Diagnostic) => !(closedBracket && code === 'comment');
    const wanted = checked.diagnostics.filter(wants).filter(mayGo);
    closedBracket ||= wanted.some(({ code, fix }) => code === 'unclosed' && fix !== undefined);
    const fixes = apart(wanted.flatMap(({ fix }) => fix ?? []));
    // From the end, so that the offsets of earlier fixes stay valid.
    const next = fixes.reduceRight(applyFix, text);
    if (seen.has(next)) break;
    seen.add(next);
    rounds.push(fixes);
    text = next;
    checked = check(text, options);
  }
  return { text, rounds, checked };
}

/** The fixes that don't touch the one before them: adjacent fixes don't know about each other. */
function apart(fixes: readonly Fix[]): Fix[] {
  const kept: Fix[] = [];
  for (const fix of fixes.toSorted((a, b) => a.start - b.start || a.end - b.end)) {
    const last = kept.at(-1);
    if (!last || last.end < fix.start) kept.push(fix);
  }
  return kept;
}
