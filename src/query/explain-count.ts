import type { Call } from './ast.ts';
import { numberOf } from './values.ts';

/*
 * What a count compared with a number says, of what happens ("at least twice") and of things
 * ("at least 2").
 */

/** The bound that a comparison sets to a count. */
interface Bound {
  says: 'at least' | 'at most' | 'more than' | 'fewer than' | 'exactly' | 'any but' | 'none';
  number: string;
}

const opposites: Readonly<Record<string, string>> = {
  at_least: 'less_than',
  less_than: 'at_least',
  at_most: 'greater_than',
  greater_than: 'at_most',
  equals: 'differs',
  differs: 'equals',
};

/** Whether a comparison of a count can be said as "at least twice". */
export function saysTimes({ name, args }: Call): boolean {
  return Object.hasOwn(opposites, name) && numberOf(args[0]) !== undefined;
}

/** How often something happens: "never", "once", "at least 3 times". */
export function timesOf(comparison: Call, denied: boolean): string {
  const { says, number } = boundOf(comparison, denied);
  if (says === 'none') return 'never';
  if (says === 'any but') return `any number of times but ${times(number)}`;
  return `${says} ${times(number)}`;
}

/** How many there are of something, with its name: "no related **orders**", "at least 2 …". */
export function amountOf(comparison: Call, denied: boolean, name: string): string {
  const { says, number } = boundOf(comparison, denied);
  if (says === 'none') return `no related ${name}`;
  if (says === 'any but') return `any number but ${number} of related ${name}`;
  return `${says} ${number} related ${name}`;
}

/** Whether an amount is one, or none, of a thing. */
export function isSingular(comparison: Call, denied: boolean): boolean {
  const { says, number } = boundOf(comparison, denied);
  return says === 'none' || says === 'any but' || number === '1';
}

export function times(number: string): string {
  if (number === '1') return 'once';
  return number === '2' ? 'twice' : `${number} times`;
}

function boundOf(comparison: Call, denied: boolean): Bound {
  const [given] = comparison.args;
  const number = numberOf(given) ?? Number.NaN;
  // What is too large or too small to count with keeps its digits.
  const steps = Number.isSafeInteger(number);
  const said = steps || given?.kind !== 'literal' ? String(number) : given.text.trim();
  switch (denied ? opposites[comparison.name] : comparison.name) {
    case 'at_least':
      return { says: 'at least', number: said };
    case 'greater_than':
      return steps
        ? { says: 'at least', number: String(number + 1) }
        : { says: 'more than', number: said };
    case 'at_most':
      return number === 0 ? { says: 'none', number: said } : { says: 'at most', number: said };
    case 'less_than':
      if (number === 1) return { says: 'none', number: said };
      return steps && number > 1
        ? { says: 'at most', number: String(number - 1) }
        : { says: 'fewer than', number: said };
    case 'equals':
      return number === 0 ? { says: 'none', number: said } : { says: 'exactly', number: said };
    default:
      return number === 0 ? { says: 'at least', number: '1' } : { says: 'any but', number: said };
  }
}
