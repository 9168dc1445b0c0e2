import type { FunctionCall } from './ast.ts';
import { numberIn, textOf } from './compare.ts';
import { numberOf } from './values.ts';

/*
 * How a stream becomes a value. Assumptions where the reference is silent:
 *
 * - Items without the property are skipped, also by `first` and `last`.
 * - `count` and `sum` of nothing are 0; all others then have no value.
 * - `sum`, `avg`, and `max` and `min` as number take numbers and strings that contain a number;
 *   other values are skipped.
 * - `first` and `last` go by time.
 * - `mode` reads its values as text, so that 5 and '5' are one value, unless `as number` is given.
 *   Each element of a list counts on its own, except with `$` and `as array`, which make a whole
 *   list one value. Of equally frequent values it returns the one that came first.
 */

/** The input of a reducer of a property. */
interface Reduction {
  /** The existing values of the property, in the order of the stream. */
  present: unknown[];
  /** The type that the property is read as. */
  cast: string | undefined;
  /** Whether a list of values is one value: `property('x').$`. */
  isWhole: boolean;
  call: FunctionCall;
}

/**
 * Applies a reducer.
 *
 * @param before the result of the reducer before it: `count` after `unique` counts that.
 * @param read returns the value of the reducer's property for an item.
 */
export function reduce<Item>(
  call: FunctionCall,
  items: readonly Item[],
  before: unknown,
  read: (item: Item) => unknown,
): unknown {
  if (call.name === 'count') return Array.isArray(before) ? before.length : items.length;
  const [property] = call.args;
  if (!property) return undefined;
  const present = items.map(read).filter((value) => value !== undefined && value !== null);
  const isCast = property.kind === 'cast';
  const operand = isCast ? property.operand : property;
  const isWhole = operand.kind === 'chain' && operand.calls.some(({ name }) => name === '$');
  return reduceValues({ present, cast: isCast ? property.type : undefined, isWhole, call });
}

function reduceValues(reduction: Reduction): unknown {
  const { present, cast, call } = reduction;
  switch (call.name) {
    case 'sum':
      return sum(numbersIn(present));
    case 'avg':
      return average(numbersIn(present));
    case 'max':
      return cast === 'string' ? extreme(present.map(textOf), 1) : extreme(numbersIn(present), 1);
    case 'min':
      return cast === 'string' ? extreme(present.map(textOf), -1) : extreme(numbersIn(present), -1);
    case 'first':
      return present[0];
    case 'last':
      return present.at(-1);
    case 'unique':
      return [...new Map(present.map((value) => [JSON.stringify(value), value])).values()];
    case 'mode':
      return mostFrequent(frequencyValues(reduction), numberOf(call.args[1]) ?? 1);
    default:
      return undefined;
  }
}

/** The values that `mode` counts. */
function frequencyValues({ present, cast, isWhole }: Reduction): (number | string)[] {
  if (cast === 'array' && isWhole) return present.map(textOf);
  const elements = present.flat().filter((value) => value !== undefined && value !== null);
  return cast === 'number' ? numbersIn(elements) : elements.map(textOf);
}

function numbersIn(values: readonly unknown[]): number[] {
  return values.map(numberIn).filter((value) => value !== undefined);
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, value) => total + value, 0);
}

function average(numbers: readonly number[]): number | undefined {
  return numbers.length > 0 ? sum(numbers) / numbers.length : undefined;
}

/** The largest value for 1, the smallest for -1; strings are ordered by character. */
function extreme<Value extends number | string>(
  values: readonly Value[],
  sign: 1 | -1,
): Value | undefined {
  let best: Value | undefined;
  for (const value of values) {
    if (best === undefined || (sign === 1 ? value > best : value < best)) best = value;
  }
  return best;
}

function mostFrequent<Value>(values: readonly Value[], minCount: number): Value | undefined {
  const counts = new Map<Value, number>();
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1);
  let best: Value | undefined;
  let maxCount = 0;
  for (const [value, count] of counts) {
    if (count < minCount || count <= maxCount) continue;
    [best, maxCount] = [value, count];
  }
  return best;
}
