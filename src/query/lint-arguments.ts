import type { Argument, FunctionCall } from './ast.ts';
import { functionOf } from './catalog.ts';
import type { Findings } from './diagnostic.ts';
import { inWholeUnits, lengthMs } from './durations.ts';
import type { LanguageFunction, Parameter } from './language-function.ts';
import { maxSessionMs, minSessionMs } from './limits.ts';
import { numberOf } from './values.ts';

/*
 * Arguments that the syntax of the reference does not have, though nothing rules them out: only
 * warnings.
 */

/** Looks at what one call is given. */
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
  const message = `In the reference, ${entry.name} has a ${missing.label} in every form.`;
  findings.warn('left-out', call, message, { help: `As in ${entry.example}.` });
}

/** Lengths of time and frequencies are whole numbers. */
function lintArgument(argument: Argument, { kind, label }: Parameter, findings: Findings): void {
  if (kind !== 'duration' && kind !== 'number') return;
  const message = `The ${label} is a whole number in the reference.`;
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
    findings.warn('whole-number', argument, `The ${label} is 1 or more in the reference.`, {
      help: 'Write how often at least, such as 2.',
    });
  } else if (number !== undefined && !Number.isInteger(number)) {
    findings.warn('whole-number', argument, message, { help: 'Write a whole number, such as 2.' });
  }
}

function lintSession({ args: [length] }: FunctionCall, findings: Findings): void {
  const duration = length && withoutName(length);
  if (duration?.kind !== 'duration') return;
  const ms = lengthMs(duration);
  // Of an unknown unit the length is not a number, and neither too short nor too long.
  if (!(ms < minSessionMs || ms > maxSessionMs)) return;
  const message = 'A session window is from 30 minutes to 90 days long.';
  findings.warn('session-length', duration, message, {
    help: 'Write for example 1 hour, or 1800 seconds.',
  });
}
