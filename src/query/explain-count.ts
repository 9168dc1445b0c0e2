import type { FunctionCall } from './ast.ts';
import { type NumberComparison, numberComparison } from './counts.ts';

/*
 * What a count compared with a number says, of what happens ("at least twice") and of things
 * ("at least 2").
 */

/** The bound that a comparison sets to a count. */
export interface Bound {
  words: 'at least' | 'at most' | 'more than' | 'fewer than' | 'exactly' | 'any but' | 'none';
  number: string;
}

/** How often something happens: "never", "once", "at least 3 times". */
export function timesOf({ words, number }: Bound): string {
  if (words === 'none') return 'never';
  if (words === 'any but') return `any number of times but ${times(number)}`;
  return `${words} ${times(number)}`;
}

/** How many there are of something, with its name: "no related **orders**", "at least 2 …". */
export function amountOf({ words, number }: Bound, name: string): string {
  if (words === 'none') return `no related ${name}`;
  if (words === 'any but') return `any number but ${number} of related ${name}`;
  return `${words} ${number} related ${name}`;
}

/** Whether an amount is one, or none, of a thing. */
export function isSingular({ words, number }: Bound): boolean {
  return words === 'none' || words === 'any but' || number === '1';
}

/** "once", "twice", "3 times". */
export function times(number: string): string {
  if (number === '1') return 'once';
  return number === '2' ? 'twice' : `${number} times`;
}

/** The bound that a comparison sets to a count; undefined if it does not compare with a number. */
export function boundOf(comparison: FunctionCall, denied: boolean): Bound | undefined {
  const compared = numberComparison(comparison, denied);
  if (!compared) return undefined;
  if (Number.isSafeInteger(compared.number)) return wholeBound(compared);
  // What is too large or too small to count with keeps its digits.
  const [given] = comparison.args;
  const number = given?.kind === 'literal' ? given.text.trim() : String(compared.number);
  return { words: boundWords[compared.operator] ?? 'exactly', number };
}

/** The words for numbers that are not counted with. */
const boundWords: Readonly<Record<string, Bound['words']>> = {
  '>=': 'at least',
  '>': 'more than',
  '<=': 'at most',
  '<': 'fewer than',
  '=': 'exactly',
  '!=': 'any but',
};

/** The bound of a whole number, in the simplest words. */
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
        : { words: 'any but', number: String(number) };
    default:
      return { words: 'at least', number: String(number) };
  }
}

function orNone(number: number, words: Bound['words']): Bound {
  return { words: number === 0 ? 'none' : words, number: String(number) };
}
