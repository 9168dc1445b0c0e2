import type { Argument, Call } from './ast.ts';
import { number, text } from './compare.ts';
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

/**
 * Applies a reducer.
 *
 * @param before what the reducer before it gave: `count` after `unique` counts that.
 * @param read gives the value of a property of an item.
 */
export function reduce<Item>(
  { name, args }: Call,
  items: readonly Item[],
  before: unknown,
  read: (property: Argument, item: Item) => unknown,
): unknown {
  if (name === 'count') return Array.isArray(before) ? before.length : items.length;
  const [property] = args;
  if (!property) return undefined;
  const cast = property.kind === 'cast' ? property.type : undefined;
  const present = items
    .map((item) => read(property, item))
    .filter((value) => value !== undefined && value !== null);
  const numbers = present.map(number).filter((value) => value !== undefined);
  const total = numbers.reduce((sum, value) => sum + value, 0);
  switch (name) {
    case 'sum':
      return total;
    case 'avg':
      return numbers.length > 0 ? total / numbers.length : undefined;
    case 'max':
      return cast === 'string' ? extreme(present.map(text), 1) : extreme(numbers, 1);
    case 'min':
      return cast === 'string' ? extreme(present.map(text), -1) : extreme(numbers, -1);
    case 'first':
      return present[0];
    case 'last':
      return present.at(-1);
    case 'unique':
      return [...new Map(present.map((value) => [JSON.stringify(value), value])).values()];
    case 'mode': {
      const values = cast === 'array' ? present.flat() : present;
      return mostFrequent(cast === 'number' ? numbers : values, numberOf(args[1]) ?? 1);
    }
    default:
      return undefined;
  }
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

function mostFrequent(values: readonly unknown[], least: number): unknown {
  const counts = new Map<string, { value: unknown; count: number }>();
  for (const value of values) {
    const key = JSON.stringify(value);
    const entry = counts.get(key) ?? { value, count: 0 };
    entry.count += 1;
    counts.set(key, entry);
  }
  let best: { value: unknown; count: number } | undefined;
  for (const entry of counts.values()) {
    if (entry.count >= least && entry.count > (best?.count ?? 0)) best = entry;
  }
  return best?.value;
}
