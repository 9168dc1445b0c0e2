import type { FunctionCall } from './ast.ts';
import { comparisonOf, negationOf } from './catalog.ts';
import { numberOf } from './values.ts';

/*
 * Comparisons of a count with a number. A count is a whole number from zero, so other comparisons
 * can say the same, and some are always or never true.
 */

/** A comparison with a number, as the operator that is left when a denial is resolved. */
export interface NumberComparison {
  operator: string;
  number: number;
}

/** Reads a comparison with a number; undefined if it has no operator, or compares something else. */
export function numberComparison(
  comparison: FunctionCall,
  denied: boolean,
): NumberComparison | undefined {
  const entry = comparisonOf(comparison);
  const operator = entry && (denied ? negationOf(entry) : entry)?.operator;
  const number = numberOf(comparison.args[0]);
  return operator === undefined || number === undefined ? undefined : { operator, number };
}

/** Whether a comparison of a count is true of all counts, or of none. */
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
 * The counts that a comparison admits, as a text that is the same for comparisons that say the same;
 * undefined if the number is not a whole one that can be counted with.
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
