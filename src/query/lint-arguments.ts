import type { Argument, FunctionCall } from './ast.ts';
import { functionOf } from './catalog.ts';
import type { Findings } from './diagnostic.ts';
import { inWholeUnits, lengthMs } from './durations.ts';
import type { LanguageFunction, Parameter } from './language-function.ts';
import { maxSessionMs, minSessionMs } from './limits.ts';
import { numberOf } from './values.ts';

/*
 * Arguments that are not in the reference's syntax, though nothing rules them out: warnings only.
 */

/** Checks the arguments of one call. */
export function lintArguments(call: FunctionCall, findings: Findings): void {
  const entry = functionOf(call);
  if (!entry) return;
  lintLeftOut(call, entry, findings);
  call.args.forEach((argument, index) => {
    const parameter = entry.parameters[Math.min(index, entry.parameters.length - 1)];
    if (parameter) lintArgument(withoutName(argument), parameter, findings);
  });
  if (entry.kind === 'filter' && entry.family === 'session') lintSession(call, findings);
}

function withoutName(argument: Argument): Argument {
  return argument.kind === 'named' ? argument.value : argument;
}

function lintLeftOut(call: FunctionCall, entry: LanguageFunction, findings: Findings): void {
  const missing = entry.parameters[call.args.length];
  if (!missing?.optional) return;
  const message = `Segment's reference always gives ${entry.name} a ${missing.label}.`;
  findings.warn('left-out', call, message, { help: `Example: ${entry.example}` });
}

/** Lengths of time and frequencies are whole numbers. */
function lintArgument(argument: Argument, { kind, label }: Parameter, findings: Findings): void {
  if (kind !== 'duration' && kind !== 'number') return;
  const message = `In Segment's reference, the ${label} is a whole number.`;
  if (argument.kind === 'duration' && !Number.isInteger(Number(argument.amount))) {
    const text = inWholeUnits(argument);
    const { start, end } = argument;
    findings.warn('whole-number', argument, message, {
      help: text ? `Write ${text}.` : 'Write a whole number of hours or days.',
      fix: text ? { start, end, text } : undefined,
    });
  }
  const number = kind === 'number' ? numberOf(argument) : undefined;
  if (number !== undefined && number >= 0 && number < 1) {
    findings.warn('whole-number', argument, `In Segment's reference, the ${label} is 1 or more.`, {
      help: 'Write the minimum number of occurrences, such as 2.',
    });
  } else if (number !== undefined && !Number.isInteger(number)) {
    findings.warn('whole-number', argument, message, { help: 'Write a whole number, such as 2.' });
  }
}

function lintSession({ args: [length] }: FunctionCall, findings: Findings): void {
  const duration = length && withoutName(length);
  if (duration?.kind !== 'duration') return;
  const ms = lengthMs(duration);
  // With an unknown unit the length is NaN, which is neither too short nor too long.
  if (!(ms < minSessionMs || ms > maxSessionMs)) return;
  const message = 'A session window can be from 30 minutes to 90 days long.';
  findings.warn('session-length', duration, message, {
    help: 'Examples: 1 hour, 1800 seconds.',
  });
}
