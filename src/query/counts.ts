import type { FunctionCall } from './ast.ts';
import { comparisonOf, negationOf } from './catalog.ts';
import { numberOf } from './values.ts';

/*
 * Comparisons of a count with a number. A count is a whole number, 0 or more, so different
 * comparisons can mean the same, and some are always or never true.
 */

/** A comparison with a number, with any negation folded into the operator. */
export interface NumberComparison {
  operator: string;
  number: number;
}

/**
 * Reads a comparison with a number; undefined if it has no operator or compares with something
 * else.
 */
export function numberComparison(
  comparison: FunctionCall,
  denied: boolean,
): NumberComparison | undefined {
  const entry = comparisonOf(comparison);
  const operator = entry && (denied ? negationOf(entry) : entry)?.operator;
  const number = numberOf(comparison.args[0]);
  return operator === undefined || number === undefined ? undefined : { operator, number };
}

/** True if a comparison holds for all counts, false if for none; otherwise undefined. */
export function truthOfCount({ operator, number }: NumberComparison): boolean | undefined {
  const isCount = number >= 0 && Number.isInteger(number);
  switch (operator) {
    case '>=':
      return number <= 0 ? true : undefined;
    case '>':
      return number < 0 ? true : undefined;
    case '<':
      return number <= 0 ? false : undefined;
    case '<=':
      return number < 0 ? false : undefined;
    case '=':
      return isCount ? undefined : false;
    case '!=':
      return isCount ? undefined : true;
    default:
      return undefined;
  }
}

/**
 * The counts that a comparison admits, as a string that is equal for equivalent comparisons;
 * undefined if the number is not a safe integer.
 */
export function countsAdmitted({ operator, number }: NumberComparison): string | undefined {
  if (!Number.isSafeInteger(number)) return undefined;
  switch (operator) {
    case '>=':
      return `from ${number}`;
    case '>':
      return `from ${number + 1}`;
    case '<=':
      return `to ${number}`;
    case '<':
      return `to ${number - 1}`;
    case '=':
      return number === 0 ? 'to 0' : `only ${number}`;
    case '!=':
      return number === 0 ? 'from 1' : `all but ${number}`;
    default:
      return undefined;
  }
}
