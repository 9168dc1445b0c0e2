import type { Argument, Literal } from './ast.ts';
import { negationOf } from './catalog.ts';
import type { ComparisonAtEnd } from './chains.ts';
import type { ComparisonEnglish } from './language-function.ts';
import { fillPhrase, listWith } from './phrases.ts';
import { readTime } from './times.ts';
import { isNumeric, numberOf, plainText } from './values.ts';

/*
 * What a comparison says of a value, as the rest of a sentence: "is at least 5", "is neither "a" nor "b"
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
  const text = fillPhrase(phraseOf(english, { negative, isSeveral, call: call.args }), { value });
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
  call: readonly Argument[];
}

function phraseOf(english: ComparisonEnglish, { negative, isSeveral, call }: Sense): string {
  const [first] = call;
  const ofTime = first?.kind === 'literal' && isTime(first);
  if (negative) {
    const phrase = ofTime ? english.negativeOfTime : undefined;
    return phrase ?? (isSeveral ? english.negativeOfSeveral : undefined) ?? english.negative;
  }
  return (ofTime ? english.positiveOfTime : undefined) ?? english.positive;
}

/** Whether a literal is compared as a moment: a number such as 2026 is not. */
function isTime(literal: Literal): boolean {
  if (literal.type === 'date' || literal.type === 'timestamp') return true;
  const text = plainText(literal);
  return literal.type === 'string' && !isNumeric(text) && readTime(text)?.at !== undefined;
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
