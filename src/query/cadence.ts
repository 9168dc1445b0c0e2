import type { Argument, Call, Expression } from './ast.ts';
import { callsIn } from './calls.ts';
import { catalog } from './catalog.ts';
import type { Level } from './check.ts';
import { hasZone, isTimeText } from './times.ts';
import { isNumeric } from './values.ts';

/** How an audience is computed. */
export interface Cadence {
  type: 'REALTIME' | 'BATCH';
  /** Why it is batch; for real time there is nothing against it. */
  reasons: string[];
}

const windows = new Set(['within', 'between', 'expires_after']);
const relativeTimes = new Set(['within_last', 'within_next', 'before_last', 'after_next']);
const fixedTimes = new Set(['before_date', 'after_date']);
const ordering = new Set(['greater_than', 'at_least', 'less_than', 'at_most']);

/**
 * Whether Segment computes a definition in real time, by its product rules: funnels, dynamic
 * references, account-level membership and time windows run in batch, and a date condition stays in
 * real time only with an ISO timestamp that has a zone.
 */
export function computeCadence(tree: Expression, type: Level): Cadence {
  const reasons = new Set<string>();
  if (type === 'accounts') reasons.add('membership is decided at the level of accounts');
  for (const call of callsIn(tree)) {
    if (call.name === 'where' && isFunnel(call))
      reasons.add('an event depends on another (a funnel)');
    if (windows.has(call.name)) reasons.add('events are counted in a time window');
    if (relativeTimes.has(call.name)) reasons.add('a date is compared with the present time');
    if (isDynamic(call))
      reasons.add('a value is compared with another value, not with a fixed one');
    if (call.args.some((argument) => lacksZone(call.name, argument))) {
      reasons.add('a date is compared with one that has no time zone');
    }
  }
  return { type: reasons.size > 0 ? 'BATCH' : 'REALTIME', reasons: [...reasons] };
}

function isFunnel(where: Call): boolean {
  return where.args.some((argument) => [...callsIn(argument)].some(({ name }) => name === 'event'));
}

function isDynamic({ name, args }: Call): boolean {
  const compares = catalog.get(name)?.parameters.some(({ kind }) => kind === 'scalar');
  return compares === true && args.some(({ kind }) => kind === 'chain');
}

/** Whether a date stands in a comparison without a zone. */
function lacksZone(comparison: string, argument: Argument): boolean {
  if (argument.kind !== 'literal' || hasZone(argument.text)) return false;
  const { type, text } = argument;
  if (type === 'date' || type === 'timestamp' || fixedTimes.has(comparison)) return true;
  // What is to be equal to a string is most likely a text, even if it looks like a date.
  return ordering.has(comparison) && type === 'string' && isTimeText(text) && !isNumeric(text);
}
