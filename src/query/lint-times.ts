import type { Chain, Literal } from './ast.ts';
import type { ComparisonAtEnd } from './chains.ts';
import type { Findings } from './diagnostic.ts';
import { isUnit } from './durations.ts';
import type { Comparison } from './language-function.ts';
import { quote } from './strings.ts';
import { readTime } from './times.ts';
import { kindOfChain, plainText } from './values.ts';

/*
 * Strings that look like a time to a person but not to Segment: a relative time, and an invalid
 * date. They are compared as text, character by character.
 */

/** Longer strings are not times. */
const maxTimeChars = 60;

/**
 * Comparisons that may take a time; for `fixed time` the reference rules out anything else, which
 * is an error.
 */
const families: ReadonlySet<Comparison['family']> = new Set([
  'equality',
  'ordering',
  'membership',
] as const);

/** Checks the right side of a comparison. */
export function lintTimes(
  chain: Chain,
  { call, entry }: ComparisonAtEnd,
  findings: Findings,
): void {
  if (!families.has(entry.family) || kindOfChain(chain) === 'number') return;
  for (const argument of call.args) {
    if (argument.kind !== 'literal' || argument.type !== 'string') continue;
    if (argument.text.length > maxTimeChars) continue;
    const shape = shapeOf(plainText(argument));
    // Nearly all strings have nothing to do with time.
    if (shape === undefined) continue;
    const isLength = lengths.has(shape) && entry.family === 'ordering';
    if (relative.has(shape) || isLength) warnOfRelative(argument, findings);
    else warnOfNoDate(argument, shape, findings);
  }
}

function warnOfRelative(literal: Literal, findings: Findings): void {
  const message = `${quote(literal.text)} is compared as text, not as a time.`;
  findings.warn('relative-date', literal, message, {
    help: 'For a time relative to now, use .within_last(30 days), .before_last(30 days), .within_next(30 days) or .after_next(30 days).',
  });
}

function warnOfNoDate(literal: Literal, shape: string, findings: Findings): void {
  const text = plainText(literal);
  if (readTime(text)) return;
  const yearFirst = /^(\d{4})([-/.])(\d{1,2})\2(\d{1,2})(?:[Tt ]|$)/.exec(text);
  const isDate =
    yearFirst || dates.has(shape) || /^\d{1,2}([-/.])\d{1,2}\1\d{4}(?:[Tt ,]|$)/.test(text);
  if (!isDate) return;
  const [, year, separator, month = '', day = ''] = yearFirst ?? [];
  const plain = `${year}-${month.padStart(2, '0')}-${day.padStart(2, '0')}`;
  const isUnclear = separator !== '-' || text.length > `${year}-${month}-${day}`.length;
  const quoted = quote(literal.text);
  const isInForm = text.startsWith(plain) && (plain === text || text[plain.length] !== ' ');
  if (isInForm || (!isUnclear && !readTime(plain))) {
    const message = `${quoted} is compared as text: there is no such ${readTime(plain) ? 'time' : 'day'}.`;
    findings.warn('not-a-date', literal, message, {
      help: 'Write one that exists, as yyyy-mm-dd or yyyy-mm-ddThh:mm:ssZ.',
    });
    return;
  }
  const message = `${quoted} is compared as text: Segment's reference writes dates as yyyy-mm-dd.`;
  findings.warn('not-a-date', literal, message, {
    help: isUnclear
      ? "Which date or time do you mean? Write it as yyyy-mm-dd or yyyy-mm-ddThh:mm:ssZ, such as '2026-01-31'."
      : `If you mean this day, write ${quote(plain)}.`,
  });
}

/*
 * The shape of a string: a letter for each word or sign that relates to time, "?" for any other;
 * undefined if it starts with another. `n`: a number, `u`: a unit, `w`: a word for the current
 * time, `l`: "last" or "next", `a`: "ago", `f`: "from", `i`: "in", `p`: the P of ISO 8601, `s`: a
 * sign, `m`: a month.
 */

const relative: ReadonlySet<string> = new Set([
  ...['w', 'wsnu', 'lu', 'lnu', 'ilu', 'ilnu', 'snu', 'nua', 'nufw', 'inu', 'pnu', 'spnu'],
]);
const lengths: ReadonlySet<string> = new Set(['nu']);
const dates: ReadonlySet<string> = new Set(['mnn', 'nmn']);

const words: Readonly<Record<string, string>> = {
  n: 'a an one',
  u: 's sec secs m min mins h hr hrs d w wk wks mo mos y yr yrs quarter quarters monday tuesday wednesday thursday friday saturday sunday',
  w: 'now today yesterday tomorrow sysdate current_date current_timestamp',
  l: 'last past previous next coming this',
  a: 'ago back earlier later hence',
  f: 'from before after',
  i: 'in within',
  p: 'p pt',
  s: '- +',
  m: 'jan feb mar apr may jun jul aug sep sept oct nov dec january february march april june july august september october november december',
  '': 'the of st nd rd th ( ) , .',
};
const letters: ReadonlyMap<string, string> = new Map(
  Object.entries(words).flatMap(([letter, known]) =>
    known.split(' ').map((word) => [word, letter] as const),
  ),
);

function shapeOf(text: string): string | undefined {
  const [first = ''] = /[a-z_]+|\S/i.exec(text) ?? [];
  if (letterOf(first.toLowerCase()) === undefined) return undefined;
  const pieces = text.toLowerCase().match(/[a-z_]+|\d+|\S/g) ?? [];
  return pieces.map((piece) => letterOf(piece) ?? '?').join('');
}

function letterOf(piece: string): string | undefined {
  const letter = letters.get(piece);
  if (letter !== undefined) return letter;
  if (/^\d/.test(piece)) return 'n';
  return isUnit(piece) ? 'u' : undefined;
}
