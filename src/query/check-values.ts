import type { Cast, Duration, FunctionCall, Literal } from './ast.ts';
import type { Findings } from './diagnostic.ts';
import { inWholeUnits, isUnit, unitMeant, unitOf } from './durations.ts';
import type { Parameter } from './language-function.ts';
import { listWith } from './phrases.ts';
import { quote } from './strings.ts';
import { suggest } from './suggest.ts';
import { readTime, settledTime } from './times.ts';

/*
 * Checks the values in arguments: times, units and types.
 */

/** Checks a literal: an unquoted date or timestamp must be valid. */
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
  findings.warn(
    'unsettled-time',
    literal,
    `Segment's reference shows no time in the form ${quoted}.`,
    {
      help: text
        ? `Write ${text}.`
        : "Write it as yyyy-mm-dd or yyyy-mm-ddThh:mm:ssZ; this checker can't evaluate it as a time.",
      fix: text ? { start, end, text } : undefined,
    },
  );
}

/** What to write; for a date in a national format, which dates it may mean. */
function helpForTime(text: string): string {
  const parts = /^(\d+)[-/. ](\d+)[-/. ](\d+)$/.exec(text)?.slice(1);
  const [first = '', second = '', third = ''] = parts ?? [];
  const year = [first, third].find((part) => part.length === 4);
  const others = year === first ? [second, third] : [first, second];
  const [one = '', two = ''] = others.map((part) => part.padStart(2, '0'));
  const possible = new Set([`${year}-${one}-${two}`, `${year}-${two}-${one}`]);
  const dates = [...possible].filter((date) => readTime(date));
  return year && dates.length > 0
    ? `${dates.length > 1 ? 'Which date do you mean:' : 'Did you mean'} ${dates.join(' or ')}?`
    : "Write it as yyyy-mm-dd or yyyy-mm-ddThh:mm:ssZ, such as '2026-01-31T00:00:00Z'.";
}

/** Checks that the reference mentions the unit of a duration for this parameter. */
export function checkUnit(duration: Duration, { units = [] }: Parameter, findings: Findings): void {
  const { start, end, unit, unitSpan } = duration;
  const singular = unitOf(duration);
  if (units.some((allowed) => allowed === singular)) return;
  const named = listWith(
    'or',
    units.map((allowed) => `${allowed}s`),
  );
  if (isUnit(singular)) {
    const text = inWholeUnits(duration);
    findings.warn('unsettled-unit', unitSpan, `Segment's reference mentions only ${named} here.`, {
      help: `Use ${named}.`,
      fix: text ? { start, end, text } : undefined,
    });
    return;
  }
  findings.error('unknown-unit', unitSpan, `"${unit}" is not a unit of time.`, () => {
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
  const types = casts.map((type) => `"as ${type}"`);
  const allowed = types.length > 0 ? `takes only ${listWith('or', types)}` : 'takes no "as"';
  findings.error('wrong-type', cast.typeSpan, `${call.name} ${allowed}.`, () => {
    const meant = suggest(cast.type, casts);
    return {
      help: meant ? `Did you mean ${meant}?` : 'Remove "as" and the type.',
      fix: meant ? { ...cast.typeSpan, text: meant } : undefined,
    };
  });
}
