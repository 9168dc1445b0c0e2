import type { Argument, Literal } from './ast.ts';
import { negationOf } from './catalog.ts';
import type { ComparisonAtEnd } from './chains.ts';
import type { ComparisonEnglish } from './language-function.ts';
import { fillPhrase, listWith } from './phrases.ts';
import { readTime } from './times.ts';
import { isNumeric, numberOf, plainText } from './values.ts';

/*
 * A comparison in words, as the end of a sentence: "is at least 5", "is neither "a" nor "b" (or
 * there is none)". Whether it is true for a missing value is stated wherever a value can be missing
 * and the words alone don't say it.
 */

/** What is known about the two sides. */
export interface Sides {
  /** The values on the right side, in words. */
  values: readonly string[];
  /** Whether the value on the left side may be missing. */
  leftMayBeMissing: boolean;
  /** Whether the value on the right side may be missing. */
  rightMayBeMissing: boolean;
  /** Whether the value on the left side, if any, is certainly a number. */
  leftIsNumber: boolean;
  /** Whether the value on the left side is reduced from a stream, so that it "exists" or not. */
  leftIsReduced: boolean;
}

/** A comparison, or its negation, in words. */
export function compared(comparison: ComparisonAtEnd, denied: boolean, sides: Sides): string {
  const { call, entry } = comparison;
  const ofMissing = (entry.holdsOfMissing ?? false) !== denied;
  const opposite = isOrderOfNumbers(comparison, sides) ? negationOf(entry) : undefined;
  const negative = opposite ? false : (entry.isNegative ?? false) !== denied;
  const { english } = (denied && opposite) || entry;
  const isSeveral = negative && sides.values.length > 1;
  const value = listWith(isSeveral ? 'nor' : 'or', sides.values);
  const text = fillPhrase(phraseOf(english, { negative, isSeveral, args: call.args }), { value });
  if (entry.family === 'existence') return text;
  if (ofMissing) return text + remark(sides);
  return negative ? demandingValues(text, sides) : text;
}

/** For numbers, "not more than 5" means "at most 5"; for text and other values it does not. */
function isOrderOfNumbers({ call, entry }: ComparisonAtEnd, { leftIsNumber }: Sides): boolean {
  return leftIsNumber && entry.family === 'ordering' && numberOf(call.args[0]) !== undefined;
}

interface Sense {
  negative: boolean;
  isSeveral: boolean;
  /** The arguments of the comparison. */
  args: readonly Argument[];
}

function phraseOf(english: ComparisonEnglish, { negative, isSeveral, args }: Sense): string {
  const [first] = args;
  const kind = first?.kind === 'literal' ? kindOfOrder(first) : undefined;
  if (kind === 'time') {
    const phrase = negative ? english.negativeOfTime : english.positiveOfTime;
    if (phrase) return phrase;
  }
  if (kind === 'text') {
    const phrase = negative ? english.negativeOfText : english.positiveOfText;
    if (phrase) return phrase;
  }
  const several = negative && isSeveral ? english.negativeOfSeveral : undefined;
  return several ?? (negative ? english.negative : english.positive);
}

/** How a literal is ordered: as a moment or as text; a number such as 2026 is neither. */
function kindOfOrder(literal: Literal): 'time' | 'text' | undefined {
  if (literal.type === 'date' || literal.type === 'timestamp') return 'time';
  const text = plainText(literal);
  if (literal.type !== 'string' || isNumeric(text)) return undefined;
  return readTime(text)?.at === undefined ? 'text' : 'time';
}

/** States that missing values are included. */
function remark({ leftMayBeMissing, rightMayBeMissing }: Sides): string {
  if (leftMayBeMissing)
    return rightMayBeMissing ? ' (or either is missing)' : ' (or there is none)';
  return rightMayBeMissing ? ' (or the latter is missing)' : '';
}

/** "Is not x" might seem to include missing values, so their exclusion must be stated. */
function demandingValues(text: string, sides: Sides): string {
  const { leftMayBeMissing, rightMayBeMissing, leftIsReduced } = sides;
  const existing = leftIsReduced ? `exists and ${text}` : `has a value that ${text}`;
  const demanding = leftMayBeMissing ? existing : text;
  return rightMayBeMissing ? `${demanding} (which also has a value)` : demanding;
}
