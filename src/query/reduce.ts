import type { Argument, FunctionCall } from './ast.ts';
import { numberIn, textOf } from './compare.ts';
import { numberOf } from './values.ts';

/*
 * How a stream becomes a value. Where the reference is silent, this is what is assumed:
 *
 * - Items without the property are passed over. A list of values counts as its elements only where
 *   it is read `as array`.
 * - `count` and `sum` of nothing are 0; all others have no value then.
 * - `sum`, `avg`, and `max` and `min` as number take numbers and texts that hold numbers; other
 *   values are passed over.
 * - `first` and `last` go by time, and look only at items that have the property.
 * - Of equally frequent values `mode` gives the one that came first.
 */

/** What a reducer of a property makes its value from. */
interface Reduction {
  /** The values of the property that are there, in the order of the stream. */
  present: unknown[];
  /** The type that the property is read as. */
  cast: string | undefined;
  call: FunctionCall;
}

/**
 * Applies a reducer.
 *
 * @param before what the reducer before it gave: `count` after `unique` counts that.
 * @param read gives the value of a property of an item.
 */
export function reduce<Item>(
  call: FunctionCall,
  items: readonly Item[],
  before: unknown,
  read: (property: Argument, item: Item) => unknown,
): unknown {
  if (call.name === 'count') return Array.isArray(before) ? before.length : items.length;
  const [property] = call.args;
  if (!property) return undefined;
  const present = items
    .map((item) => read(property, item))
    .filter((value) => value !== undefined && value !== null);
  const cast = property.kind === 'cast' ? property.type : undefined;
  return reduceValues({ present, cast, call });
}

function reduceValues({ present, cast, call }: Reduction): unknown {
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
      return mostFrequent(valuesAs(cast, present), numberOf(call.args[1]) ?? 1);
    default:
      return undefined;
  }
}

function valuesAs(cast: string | undefined, present: readonly unknown[]): readonly unknown[] {
  if (cast === 'number') return numbersIn(present);
  return cast === 'array' ? present.flat() : present;
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

/** The largest value for 1, the smallest for -1; texts go by their characters. */
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

function mostFrequent(values: readonly unknown[], minCount: number): unknown {
  const counts = new Map<string, { value: unknown; count: number }>();
  for (const value of values) {
    const key = JSON.stringify(value);
    const entry = counts.get(key) ?? { value, count: 0 };
    entry.count += 1;
    counts.set(key, entry);
  }
  let best: { value: unknown; count: number } | undefined;
  for (const entry of counts.values()) {
    if (entry.count >= minCount && entry.count > (best?.count ?? 0)) best = entry;
  }
  return best?.value;
}
