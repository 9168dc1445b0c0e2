import type { Cast, Duration, FunctionCall, Literal } from './ast.ts';
import type { Findings } from './diagnostic.ts';
import { inWholeUnits, isUnit, unitMeant, unitOf } from './durations.ts';
import type { Parameter } from './language-function.ts';
import { quote } from './strings.ts';
import { suggest } from './suggest.ts';
import { readTime, settledTime } from './times.ts';

/*
 * Checks the values in arguments: times, units and types.
 */

/** Checks a literal: what looks like a time without quotes must be one. */
export function checkLiteral(literal: Literal, findings: Findings): void {
  if (literal.type === 'date' || literal.type === 'timestamp') checkTime(literal, findings);
}

/** Checks that a literal is a date or a timestamp. */
export function checkTime(literal: Literal, findings: Findings): void {
  const reading = readTime(literal.text);
  if (reading?.isSettled) return;
  const quoted = quote(literal.text);
  if (!reading) {
    findings.error('bad-time', literal, `${quoted} is not a date or an ISO 8601 timestamp.`, {
      help: helpForTime(literal.text),
    });
    return;
  }
  const plain = settledTime(literal.text);
  const text = plain && (literal.type === 'string' ? quote(plain) : plain);
  const { start, end } = literal;
  findings.warn('unsettled-time', literal, `The reference has no time in the form ${quoted}.`, {
    help: text
      ? `Write ${text}.`
      : 'Write yyyy-mm-dd or yyyy-mm-ddThh:mm:ssZ; here it is taken for no time at all.',
    fix: text ? { start, end, text } : undefined,
  });
}

/** What to write; of a date in the form of some country, which ones may be meant. */
function helpForTime(text: string): string {
  const parts = /^(\d+)[-/. ](\d+)[-/. ](\d+)$/.exec(text)?.slice(1);
  const [first = '', second = '', third = ''] = parts ?? [];
  const year = [first, third].find((part) => part.length === 4);
  const others = year === first ? [second, third] : [first, second];
  const [one = '', two = ''] = others.map((part) => part.padStart(2, '0'));
  const dates = [`${year}-${one}-${two}`, `${year}-${two}-${one}`].filter((date) => readTime(date));
  return year && dates.length > 0
    ? `Which date is meant: ${[...new Set(dates)].join(' or ')}?`
    : "Write yyyy-mm-dd or yyyy-mm-ddThh:mm:ssZ, such as '2026-01-31T00:00:00Z'.";
}

/** Checks that the unit of a duration is one that the reference names for this parameter. */
export function checkUnit(duration: Duration, { units = [] }: Parameter, findings: Findings): void {
  const { start, end, unit, unitSpan } = duration;
  const singular = unitOf(duration);
  if (units.some((allowed) => allowed === singular)) return;
  const named = units.map((allowed) => `${allowed}s`).join(' or ');
  if (isUnit(singular)) {
    const text = inWholeUnits(duration);
    findings.warn('unsettled-unit', unitSpan, `The reference names only ${named} here.`, {
      help: `Write it in ${named}.`,
      fix: text ? { start, end, text } : undefined,
    });
    return;
  }
  findings.error('unknown-unit', unitSpan, `There is no unit ${unit}.`, () => {
    const meant = unitMeant(duration, units);
    return {
      help: meant ? `Did you mean ${meant}?` : `Use ${named}.`,
      fix: meant ? { ...unitSpan, text: meant } : undefined,
    };
  });
}

/** Checks that a cast names a type that its parameter takes. */
export function checkCast(
  cast: Cast,
  { casts = [] }: Parameter,
  call: FunctionCall,
  findings: Findings,
): void {
  if (casts.includes(cast.type)) return;
  const allowed = casts.length > 0 ? `as ${casts.join(' or ')}` : 'no as';
  findings.error('wrong-type', cast.typeSpan, `${call.name} takes ${allowed}.`, () => {
    const meant = suggest(cast.type, casts);
    return {
      help: meant ? `Did you mean ${meant}?` : 'Leave out "as" and the type.',
      fix: meant ? { ...cast.typeSpan, text: meant } : undefined,
    };
  });
}
