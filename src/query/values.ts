import type { Argument, Chain, Duration, Literal } from './ast.ts';
import { unitMs } from './catalog.ts';

/*
 * What can be said of a value before anything is computed.
 */

/** What kind of value something surely is; `unknown` where only the data can tell. */
export type ValueKind = 'number' | 'time' | 'text' | 'boolean' | 'unknown';

/**
 * The kind of a literal. A string stands for any of the other kinds, so it is `text` only if it can
 * be read as neither a number nor a time.
 */
export function kindOfLiteral(literal: Literal): ValueKind {
  switch (literal.type) {
    case 'number':
      return 'number';
    case 'date':
    case 'timestamp':
      return 'time';
    case 'boolean':
      return 'boolean';
    case 'string':
      return isNumeric(literal.text) ||
        isTimeText(literal.text) ||
        /^(true|false)$/i.test(literal.text)
        ? 'unknown'
        : 'text';
  }
}

/** The kind of what a chain reduces to. */
export function kindOfChain(chain: Chain): ValueKind {
  const reducer = chain.calls.findLast(({ name }) => reducers.has(name));
  if (!reducer) return 'unknown';
  const [first] = reducer.args;
  const cast = first?.kind === 'cast' ? first.type : undefined;
  if (reducer.name === 'max' || reducer.name === 'min') {
    return cast === undefined || cast === 'number' ? 'number' : 'unknown';
  }
  if (reducer.name === 'mode') return cast === 'number' ? 'number' : 'unknown';
  return reducer.name === 'first' || reducer.name === 'last' ? 'unknown' : 'number';
}

const reducers = new Set(['count', 'sum', 'avg', 'max', 'min', 'mode', 'first', 'last']);

/** The unit of a duration without its plural s. */
export function unitOf({ unit }: Duration): string {
  return unit.replace(/s$/, '');
}

/** The length of a duration in milliseconds; NaN for an unknown unit. */
export function lengthMs(duration: Duration): number {
  return duration.amount * (unitMs[unitOf(duration)] ?? Number.NaN);
}

/** What a literal stands for: in a string a quote can be escaped. */
export function plainText({ type, text }: Literal): string {
  return type === 'string' ? text.replaceAll("\\'", "'") : text;
}

/** Whether an argument is a number, or a string that holds one; and which. */
export function numberOf(argument: Argument | undefined): number | undefined {
  if (argument?.kind !== 'literal') return undefined;
  return isNumeric(argument.text) ? Number(argument.text) : undefined;
}

/** Whether a text is a number as the language writes it, perhaps with a minus. */
export function isNumeric(text: string): boolean {
  return /^\s*-?\d+(\.\d+)?\s*$/.test(text);
}

const timeText =
  /^(\d{4})-(\d{2})-(\d{2})(?:T(\d{2}):(\d{2})(?::(\d{2})(?:\.\d+)?)?(Z|[+-]\d{2}:?\d{2})?)?$/;

/** Whether a text has the form of a date or an ISO 8601 timestamp and names a day that exists. */
export function isTimeText(text: string): boolean {
  return timeOf(text) !== undefined;
}

/** Whether a text is a timestamp with a zone; without one it is read as UTC. */
export function hasZone(text: string): boolean {
  return timeText.exec(text)?.[7] !== undefined;
}

/** The moment that a text names, in milliseconds since the epoch. */
export function timeOf(text: string): number | undefined {
  const parts = timeText.exec(text);
  if (!parts) return undefined;
  const [, year, month, day, hour = '00', minute = '00', second = '00', zone = 'Z'] = parts;
  const date = new Date(`${year}-${month}-${day}T00:00:00Z`);
  const exists = date.getUTCDate() === Number(day) && date.getUTCMonth() + 1 === Number(month);
  if (!exists || Number(hour) > 23 || Number(minute) > 59 || Number(second) > 59) return undefined;
  const offset = zone === 'Z' ? 'Z' : `${zone.slice(0, 3)}:${zone.slice(-2)}`;
  const fraction = /\.\d+/.exec(text)?.[0].slice(0, 4) ?? '';
  return Date.parse(`${year}-${month}-${day}T${hour}:${minute}:${second}${fraction}${offset}`);
}
