import type { Argument, Literal } from './ast.ts';
import { negationOf } from './catalog.ts';
import type { ComparisonAtEnd } from './chains.ts';
import type { ComparisonEnglish } from './language-function.ts';
import { fillPhrase, listWith } from './phrases.ts';
import { readTime } from './times.ts';
import { isNumeric, numberOf, plainText } from './values.ts';

/*
 * A comparison in words, as the rest of a sentence: "is at least 5", "is neither "a" nor "b"
 * (or there is none)". Whether it is true where a value is missing is said wherever one can be missing
 * and the words do not say it by themselves.
 */

/** What is known of the two sides. */
export interface Sides {
  /** What is compared with, in words. */
  values: readonly string[];
  /** Whether the value itself may be missing. */
  leftMayBeMissing: boolean;
  /** Whether what it is compared with may be missing. */
  rightMayBeMissing: boolean;
  /** Whether the value is surely a number, if there is one. */
  leftIsNumber: boolean;
}

/** What a comparison says, or its denial. */
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

/** Of numbers "not more than 5" is "at most 5"; texts and other values are neither. */
function isOrderOfNumbers({ call, entry }: ComparisonAtEnd, { leftIsNumber }: Sides): boolean {
  return leftIsNumber && entry.family === 'ordering' && numberOf(call.args[0]) !== undefined;
}

interface Sense {
  negative: boolean;
  isSeveral: boolean;
  /** What it is compared with. */
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

/** How a literal is put in order with others: as a moment or as text; a number such as 2026 as neither. */
function kindOfOrder(literal: Literal): 'time' | 'text' | undefined {
  if (literal.type === 'date' || literal.type === 'timestamp') return 'time';
  const text = plainText(literal);
  if (literal.type !== 'string' || isNumeric(text)) return undefined;
  return readTime(text)?.at === undefined ? 'text' : 'time';
}

/** Says that what is missing is meant as well. */
function remark({ leftMayBeMissing, rightMayBeMissing }: Sides): string {
  if (leftMayBeMissing)
    return rightMayBeMissing ? ' (or either is missing)' : ' (or there is none)';
  return rightMayBeMissing ? ' (or the latter is missing)' : '';
}

/** "Is not x" could be said of what is missing, so that it isn't meant has to be said. */
function demandingValues(text: string, { leftMayBeMissing, rightMayBeMissing }: Sides): string {
  const demanding = leftMayBeMissing ? `has a value that ${text}` : text;
  return rightMayBeMissing ? `${demanding} (which has a value, too)` : demanding;
}
