import type { FunctionCall } from './ast.ts';
import { type NumberComparison, numberComparison } from './counts.ts';

/*
 * The comparison of a count with a number in words: for events ("at least twice") and for things
 * ("at least 2").
 */

/** The bound that a comparison sets on a count. */
export interface Bound {
  words: 'at least' | 'at most' | 'more than' | 'fewer than' | 'exactly' | 'not exactly' | 'none';
  number: string;
}

/** The words of a sentence about an event. */
export interface Happening {
  /** The verb in the past tense: "did", "happened". */
  past: string;
  /** The verb after "did not": "do", "happen". */
  infinitive: string;
  /** Whether there is a time window: then "never" would be wrong. */
  hasWindow: boolean;
}

/**
 * How often something happens: the verb, and the words after its object.
 *
 * @returns such as "did" and "at least once", "never did" and "", "did not do" and "exactly once".
 */
export function timesOf(
  { words, number }: Bound,
  { past, infinitive, hasWindow }: Happening,
): { verb: string; times: string } {
  if (words === 'not exactly')
    return { verb: `did not ${infinitive}`, times: `exactly ${times(number)}` };
  if (words === 'none')
    return { verb: hasWindow ? `did not ${infinitive}` : `never ${past}`, times: '' };
  return { verb: past, times: `${words} ${times(number)}` };
}

/** How many records there are: "have at least one **orders** record", "do not have exactly 3 …". */
export function amountOf(
  { words, number }: Bound,
  name: string,
  { have, doNotHave }: { have: string; doNotHave: string },
): string {
  if (words === 'none') return `${have} no ${name} records`;
  const amount = number === '1' ? `one ${name} record` : `${number} ${name} records`;
  return words === 'not exactly' ? `${doNotHave} exactly ${amount}` : `${have} ${words} ${amount}`;
}

/** "once", "twice", "3 times". */
export function times(number: string): string {
  if (number === '1') return 'once';
  return number === '2' ? 'twice' : `${number} times`;
}

/** The bound that a comparison sets on a count; undefined if it does not compare with a number. */
export function boundOf(comparison: FunctionCall, denied: boolean): Bound | undefined {
  const compared = numberComparison(comparison, denied);
  if (!compared) return undefined;
  if (Number.isSafeInteger(compared.number)) return wholeBound(compared);
  // A number that is not a safe integer keeps its digits.
  const [given] = comparison.args;
  const number = given?.kind === 'literal' ? given.text.trim() : String(compared.number);
  return { words: boundWords[compared.operator] ?? 'exactly', number };
}

/** The words for numbers that are not safe integers. */
const boundWords: Readonly<Record<string, Bound['words']>> = {
  '>=': 'at least',
  '>': 'more than',
  '<=': 'at most',
  '<': 'fewer than',
  '=': 'exactly',
  '!=': 'not exactly',
};

/** The bound for a whole number, in the simplest words. */
function wholeBound({ operator, number }: NumberComparison): Bound {
  switch (operator) {
    case '>':
      return { words: 'at least', number: String(number + 1) };
    case '<':
      return number > 0
        ? orNone(number - 1, 'at most')
        : { words: 'fewer than', number: String(number) };
    case '<=':
      return orNone(number, 'at most');
    case '=':
      return orNone(number, 'exactly');
    case '!=':
      return number === 0
        ? { words: 'at least', number: '1' }
        : { words: 'not exactly', number: String(number) };
    default:
      return { words: 'at least', number: String(number) };
  }
}

function orNone(number: number, words: Bound['words']): Bound {
  return { words: number === 0 ? 'none' : words, number: String(number) };
}
