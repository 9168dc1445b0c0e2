import type { Argument, Expression, FunctionCall } from './ast.ts';
import { comparisonOf, extractorOf, functionOf, takesCondition } from './catalog.ts';
import { callsIn } from './chains.ts';
import type { Level } from './check-options.ts';
import type { LanguageFunction } from './language-function.ts';
import { missingZone } from './missing-zone.ts';
import { hasZone, isTimeText } from './times.ts';
import { isNumeric } from './values.ts';

/** How an audience is computed. */
export interface Cadence {
  type: 'REALTIME' | 'BATCH';
  /** Why it is batch; empty for real time. */
  reasons: string[];
}

/**
 * Whether Segment computes a definition in real time, by its product rules: funnels, dynamic
 * references, account-level membership and time windows run in batch, and a date condition stays in
 * real time only with an ISO timestamp that has a zone. Linked audiences are never real time.
 */
export function computeCadence(tree: Expression, type: Level): Cadence {
  const reasons = new Set<string>();
  if (type === 'accounts') reasons.add('membership is decided at account level');
  if (type === 'linked')
    reasons.add('a linked audience is computed in the warehouse, on a schedule or manually');
  for (const call of callsIn(tree)) {
    const entry = functionOf(call);
    if (takesCondition(entry)) for (const reason of reasonsInside(call)) reasons.add(reason);
    if (entry?.batchReason) reasons.add(entry.batchReason);
    if (isDynamic(call, entry))
      reasons.add('a value is compared with another value, not with a fixed one');
    if (call.args.some((argument) => lacksZone(call, argument))) {
      reasons.add(missingZone);
    }
  }
  return { type: reasons.size > 0 ? 'BATCH' : 'REALTIME', reasons: [...reasons] };
}

/** Why the condition inside a call requires batch. */
function* reasonsInside({ args }: FunctionCall): Generator<string> {
  for (const argument of args) {
    for (const call of callsIn(argument)) {
      const reason = extractorOf(call)?.batchReasonInside;
      if (reason) yield reason;
    }
  }
}

function isDynamic({ args }: FunctionCall, entry: LanguageFunction | undefined): boolean {
  const compares = entry?.parameters.some(({ kind }) => kind === 'scalar');
  return compares === true && args.some(({ kind }) => kind === 'chain');
}

/** Whether a comparison has a date without a zone. */
function lacksZone(call: FunctionCall, argument: Argument): boolean {
  if (argument.kind !== 'literal' || hasZone(argument.text)) return false;
  const { type, text } = argument;
  const family = comparisonOf(call)?.family;
  if (type === 'date' || type === 'timestamp' || family === 'fixed time') return true;
  // A value compared for equality with a string is most likely text, even if it looks like a date.
  return family === 'ordering' && type === 'string' && isTimeText(text) && !isNumeric(text);
}
