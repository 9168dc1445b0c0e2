import type { Argument, Chain } from './ast.ts';
import { rangeFilter } from './catalog.ts';
import type { Fix } from './diagnostic.ts';
import { format, formatArgument } from './format.ts';
import { numberOf } from './values.ts';

/*
 * `trait('age').between(18, 30)`: between is a window of events, but other languages use the name for
 * a range of values, both ends included.
 */

/**
 * Two comparisons for a range of values, in parentheses so that they stay together anywhere.
 *
 * @returns undefined for other calls, and for ends that are not two values in their order.
 */
export function asRange(chain: Chain, index: number): Fix | undefined {
  const call = chain.calls[index];
  const [from, to, ...others] = call?.args ?? [];
  const isLast = index === chain.calls.length - 1;
  if (call?.name !== rangeFilter || !from || !to || others.length > 0 || !isLast) return undefined;
  if (!isEnd(from) || !isEnd(to) || isReversed(from, to)) return undefined;
  const value = format({ ...chain, calls: chain.calls.slice(0, index) });
  const text = `(${value} >= ${formatArgument(from)} AND ${value} <= ${formatArgument(to)})`;
  return { start: chain.start, end: chain.end, text };
}

function isEnd(argument: Argument): boolean {
  return argument.kind === 'literal' && argument.type !== 'boolean';
}

function isReversed(from: Argument, to: Argument): boolean {
  const [low, high] = [numberOf(from), numberOf(to)];
  return low !== undefined && high !== undefined && low > high;
}
