import type { FunctionCall } from './ast.ts';
import { type NumberComparison, numberComparison } from './counts.ts';

/*
 * What a count compared with a number says, of what happens ("at least twice") and of things
 * ("at least 2").
 */

/** The bound that a comparison sets to a count. */
interface Bound {
  words: 'at least' | 'at most' | 'more than' | 'fewer than' | 'exactly' | 'any but' | 'none';
  number: string;
}

/** Whether a comparison of a count can be put as "at least twice". */
export function isBound(comparison: FunctionCall): boolean {
  return numberComparison(comparison, false) !== undefined;
}

/** How often something happens: "never", "once", "at least 3 times". */
export function timesOf(comparison: FunctionCall, denied: boolean): string {
  const { words, number } = boundOf(comparison, denied);
  if (words === 'none') return 'never';
  if (words === 'any but') return `any number of times but ${times(number)}`;
  return `${words} ${times(number)}`;
}

/** How many there are of something, with its name: "no related **orders**", "at least 2 …". */
export function amountOf(comparison: FunctionCall, denied: boolean, name: string): string {
  const { words, number } = boundOf(comparison, denied);
  if (words === 'none') return `no related ${name}`;
  if (words === 'any but') return `any number but ${number} of related ${name}`;
  return `${words} ${number} related ${name}`;
}

/** Whether an amount is one, or none, of a thing. */
export function isSingular(comparison: FunctionCall, denied: boolean): boolean {
  const { words, number } = boundOf(comparison, denied);
  return words === 'none' || words === 'any but' || number === '1';
}

/** "once", "twice", "3 times". */
export function times(number: string): string {
  if (number === '1') return 'once';
  return number === '2' ? 'twice' : `${number} times`;
}

function boundOf(comparison: FunctionCall, denied: boolean): Bound {
  const [given] = comparison.args;
  const compared = numberComparison(comparison, denied);
  if (!compared) return { words: 'exactly', number: '…' };
  // What is too large or too small to count with keeps its digits.
  const isWhole = Number.isSafeInteger(compared.number);
  const asWritten = given?.kind === 'literal' ? given.text.trim() : undefined;
  const number = (isWhole ? undefined : asWritten) ?? String(compared.number);
  return isWhole
    ? wholeBound(compared)
    : { words: boundWords[compared.operator] ?? 'exactly', number };
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
