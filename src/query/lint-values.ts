import type { Chain, FunctionCall, Junction, Literal } from './ast.ts';
import { type ComparisonAtEnd, comparesCount, comparisonIn } from './chains.ts';
import { compare, numberIn } from './compare.ts';
import { dayMs } from './durations.ts';
import type { Comparison } from './language-function.ts';
import { timeOf } from './times.ts';
import { plainText } from './values.ts';

/*
 * Whether any value satisfies all conditions on it, or none of them. Instead of reasoning about
 * every pair of comparisons, they are evaluated for all values at which their truth can change: the
 * values that they mention, and one on each side.
 */

/** What a condition requires of a value. */
interface Condition {
  comparison: ComparisonAtEnd;
  denied: boolean;
  isCount: boolean;
}

/** Further conditions on the same value are ignored, so that the time stays linear. */
const maxConditions = 12;

/** The comparisons whose truth changes only at the values that they mention. */
const decidable: ReadonlySet<Comparison['family']> = new Set([
  'equality',
  'membership',
  'existence',
  'ordering',
  'fixed time',
] as const);

/** The requirements of the conditions of one junction, by value. */
export class Claims {
  readonly #kind: Junction['kind'];
  readonly #known = new Map<string, Condition[]>();

  constructor(kind: Junction['kind']) {
    this.#kind = kind;
  }

  /**
   * Adds a condition.
   *
   * @param value the left side of the comparison, as text. @param denied whether it is under a NOT.
   * @returns whether it and the earlier ones can't all be true (and), or can't all be false (or).
   */
  clashesWith(chain: Chain, value: string, denied: boolean): boolean {
    const comparison = comparisonIn(chain);
    if (!comparison) return false;
    const condition = { comparison, denied, isCount: comparesCount(chain) };
    const conditions = this.#known.get(value) ?? [];
    this.#known.set(value, conditions);
    if (conditions.length >= maxConditions) return false;
    conditions.push(condition);
    if (conditions.length === 1 || !this.#leavesNothing(conditions)) return false;
    // It is reported once; later conditions are compared with this one.
    this.#known.set(value, [condition]);
    return true;
  }

  #leavesNothing(conditions: readonly Condition[]): boolean {
    const samples = samplesFor(conditions);
    if (this.#kind === 'and') {
      return !samples.some((sample) =>
        conditions.every((condition) => holds(condition, sample) !== false),
      );
    }
    const speaksOfMissing = conditions.some(
      ({ comparison }) => comparison.entry.family === 'existence',
    );
    return samples
      .filter((sample) => sample !== undefined || speaksOfMissing)
      .every((sample) => conditions.some((condition) => holds(condition, sample) === true));
  }
}

/** Whether a condition is true for a value; undefined if only the data can tell. */
function holds({ comparison, denied }: Condition, value: unknown): boolean | undefined {
  const { call, entry } = comparison;
  const literals = literalsOf(call);
  const isKnown = decidable.has(entry.family) && literals.length === call.args.length;
  // The truth for a missing value never depends on the right side.
  if (!isKnown && value !== undefined) return undefined;
  return compare(call.name, value, literals.map(valueIn), 0) !== denied;
}

function literalsOf({ args }: FunctionCall): Literal[] {
  return args.filter((argument) => argument.kind === 'literal');
}

function valueIn(literal: Literal): unknown {
  if (literal.type === 'number') return Number(literal.text);
  return literal.type === 'boolean' ? literal.text === 'true' : plainText(literal);
}

function samplesFor(conditions: readonly Condition[]): unknown[] {
  const values = conditions.flatMap(({ comparison }) => literalsOf(comparison.call).map(valueIn));
  const numbers = values.map(numberIn).filter((value) => value !== undefined);
  if (conditions.some(({ isCount }) => isCount)) {
    const near = numbers.flatMap((value) => [Math.floor(value), Math.ceil(value)]);
    return [0, ...near.flatMap((value) => [value - 1, value, value + 1])].filter(
      (value) => value >= 0,
    );
  }
  const moments = values
    .map((value) => (typeof value === 'string' ? timeOf(value) : undefined))
    .filter((value) => value !== undefined);
  const texts = values.map(String).flatMap((text) => [text, `${text}\u0000`]);
  return [
    ...[undefined, true, false, '', '\uffff', ...texts, ...values],
    ...probesOf(numbers, 1),
    ...probesOf(moments, dayMs)
      .filter((moment) => Math.abs(moment) < 8e15)
      .map((moment) => new Date(moment).toISOString()),
  ];
}

/** Numbers, the midpoints between them, and one number on either side. */
function probesOf(numbers: readonly number[], step: number): number[] {
  const sorted = numbers.toSorted((a, b) => a - b);
  const [first = 0, last = 0] = [sorted[0], sorted.at(-1)];
  const between = sorted.slice(1).map((value, index) => (value + (sorted[index] ?? value)) / 2);
  return [first - step, ...sorted, ...between, last + step];
}
