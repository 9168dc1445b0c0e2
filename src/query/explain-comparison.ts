import type { Argument, Call, Duration } from './ast.ts';
import { unitOf } from './values.ts';

/** How each comparison is said of a value, and how its opposite is. `%` stands for the argument. */
const phrases: Readonly<Record<string, [is: string, isNot: string]>> = {
  equals: ['is %', 'is not % (or there is none)'],
  differs: ['is there and is not %', 'is % (or there is none)'],
  exists: ['has a value', 'has no value'],
  absent: ['has no value', 'has a value'],
  greater_than: ['is more than %', 'is not more than % (or there is none)'],
  at_least: ['is at least %', 'is not at least % (or there is none)'],
  less_than: ['is less than %', 'is not less than % (or there is none)'],
  at_most: ['is at most %', 'is not at most % (or there is none)'],
  contains: ['contains %', 'does not contain % (or there is none)'],
  omits: ['does not contain %', 'contains % (or there is none)'],
  starts_with: ['starts with %', 'does not start with % (or there is none)'],
  ends_with: ['ends with %', 'does not end with % (or there is none)'],
  one_of: ['is %', 'is not % (or there is none)'],
  none_of: ['is there and is none of %', 'is one of % (or there is none)'],
  before_date: ['is before %', 'is not before % (or there is none)'],
  after_date: ['is after %', 'is not after % (or there is none)'],
  within_last: ['lies in the last %', 'does not lie in the last % (or there is none)'],
  within_next: ['lies in the next %', 'does not lie in the next % (or there is none)'],
  before_last: ['lies more than % ago', 'does not lie more than % ago (or there is none)'],
  after_next: ['lies more than % ahead', 'does not lie more than % ahead (or there is none)'],
};

/**
 * What a comparison says of the value before it, such as "is at least 100".
 *
 * @param denied whether it stands under a NOT. @param say words for what it is compared with.
 */
export function explainComparison(
  { name, args }: Call,
  denied: boolean,
  say: (value: Argument) => string,
): string {
  const [is, isNot] = phrases[name] ?? ['…', '…'];
  const values = args.map((value) =>
    value.kind === 'duration' ? explainDuration(value) : say(value),
  );
  const last = values.at(-1) ?? '';
  const list = values.length > 1 ? `${values.slice(0, -1).join(', ')} or ${last}` : last;
  const phrase = denied ? isNot : is;
  const text = /the (last|next) %/.test(phrase) ? list.replace(/^1 /, '') : list;
  return phrase.replace('%', () => text);
}

/** A length of time with its unit in the right number. */
export function explainDuration(duration: Duration): string {
  const { amount } = duration;
  return `${amount} ${unitOf(duration)}${Number(amount) === 1 ? '' : 's'}`;
}
