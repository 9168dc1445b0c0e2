import type { Level } from './check-options.ts';
import { takeLength, takeNumber } from './lengths-in-words.ts';
import {
  type Conjunction,
  compared,
  comparisonTemplate,
  counted,
  denied,
  joined,
  maxValuesOf,
  memberOf,
  ofUsers,
  ordersValues,
  propertyOf,
  type Reading,
  type ReadValue,
  traitOf,
} from './readings.ts';
import { type Word, WordReader } from './words.ts';

/*
 * Reads sentences from Segment's app, such as "who performed 'Order Completed' at least 1 time
 * within the last 7 days and with a trait plan equal to vip". Every word must be understood.
 *
 *   sentence   = [ subject ] [ users ] condition { conjunction condition } [ "." ] ;
 *   condition  = event | trait | membership ;
 *   event      = performed name { times | window | "where" property comparison } ;
 *   trait      = [ "with" | "have" ] [ "a" ] "trait" name comparison ;
 *   membership = [ "are" ] [ "not" ] "in" [ "the" ] "audience" key ;
 */

/** The meaning of a sentence; undefined if a word is unknown or ambiguous. */
export function readSentence(words: readonly Word[], level: Level): Reading | undefined {
  const reader = new WordReader(withoutPlurals(words));
  const quantifier = takeSubject(reader, level);
  if (quantifier === undefined) return undefined;
  const reading = takeConditions(reader, quantifier === '');
  reader.take('.');
  if (!reading || !reader.atEnd) return undefined;
  return quantifier === '' ? reading : ofUsers(quantifier, reading);
}

/** Removes the "(s)" that the app adds to nouns: "time(s)", "day(s)". */
function withoutPlurals(words: readonly Word[]): Word[] {
  const isPlural = (index: number) =>
    words[index]?.text === '(' && words[index + 1]?.text === 's' && words[index + 2]?.text === ')';
  return words.filter((_, index) => ![index, index - 1, index - 2].some(isPlural));
}

const people = ['users', 'people', 'customers', 'profiles', 'everyone', 'anyone', 'user'];
const relatives = ['who', 'that', 'which'];

/** Whose condition it is; undefined if that does not fit the level of the definition. */
function takeSubject(reader: WordReader, level: Level): '' | Quantifier | undefined {
  if (level !== 'accounts') {
    reader.take('all', 'include', 'find');
    reader.take(...people);
    reader.take(...relatives);
    return '';
  }
  if (reader.take('all accounts', 'accounts', 'account')) reader.take('where', ...relatives);
  const quantifier = takeQuantifier(reader);
  // "Any user who performed" is not a sentence: it has no predicate.
  if (quantifier && reader.take(...relatives)) return undefined;
  // At this level, the sentence must say which users of the account it means.
  return reader.take(...people) ? undefined : quantifier;
}

type Quantifier = 'ANY' | 'ALL' | 'ALL NOT';

function takeQuantifier(reader: WordReader): '' | Quantifier {
  if (reader.take('none of the users', 'none of its users', 'no users', 'no user'))
    return 'ALL NOT';
  if (reader.take('any of the users', 'any user', 'at least one user', 'some user')) return 'ANY';
  if (reader.take('all of the users', 'every user', 'each user', 'all users')) return 'ALL';
  reader.take('who');
  return '';
}

/** Reads conditions that are all joined by the same word; any other grouping would be ambiguous. */
function takeConditions(reader: WordReader, mayBeSeveral: boolean): Reading | undefined {
  const readings: ReadCondition[] = [];
  const conjunctions = new Set<Conjunction>();
  do {
    const reading = takeCondition(reader);
    if (!reading) return undefined;
    readings.push(reading);
  } while (takeConjunction(reader, conjunctions));
  const [conjunction] = conjunctions;
  if (readings.length === 1) return readings[0];
  if (!hasClearWindows(readings)) return undefined;
  return conjunction && conjunctions.size === 1 && mayBeSeveral
    ? joined(conjunction, readings)
    : undefined;
}

/** A condition with the window of its event; `none` if the sentence gives it no window. */
interface ReadCondition extends Reading {
  window?: SaidWindow | 'none';
}

/**
 * Whether it is clear which event each window belongs to: the last one may also apply to the events
 * before it, or be relative to one of them.
 */
function hasClearWindows(readings: readonly ReadCondition[]): boolean {
  const windows = readings.map(({ window }) => window).filter((window) => window !== undefined);
  const isClear = (window: SaidWindow | 'none', index: number) =>
    window === 'none' || (!window.isOpen && !windows.slice(0, index).includes('none'));
  return windows.length < 2 || windows.every(isClear);
}

function takeConjunction(reader: WordReader, conjunctions: Set<Conjunction>): boolean {
  const hasComma = reader.take(',');
  const isAnd = reader.take('and');
  const isOr = !isAnd && reader.take('or');
  if (isAnd) conjunctions.add('AND');
  if (isOr) conjunctions.add('OR');
  if (isAnd || isOr) reader.take('users who', 'who', 'that');
  return hasComma || isAnd || isOr;
}

function takeCondition(reader: WordReader): ReadCondition | undefined {
  const start = reader.position;
  for (const take of [takeEvent, takeTrait, takeMembership]) {
    const reading = take(reader);
    if (reading) return reading;
    reader.backTo(start);
  }
  return undefined;
}

const notPerformed = [
  'have not performed',
  'has not performed',
  "haven't performed",
  "hasn't performed",
  'did not perform',
  "didn't perform",
  'have never performed',
  'has never performed',
  'never performed',
  'not performed',
];
const performed = ['have performed', 'has performed', 'have done', 'has done', 'performed'];

function takeEvent(reader: WordReader): ReadCondition | undefined {
  const isDenied = reader.take(...notPerformed);
  if (!isDenied && !reader.take(...performed)) return undefined;
  reader.take('the event', 'event');
  const name = takeEventName(reader);
  const limits = takeLimits(reader);
  if (name === undefined || !limits) return undefined;
  const { times, condition } = limits;
  const window = limits.window?.lengths;
  const conditions = condition ? [condition] : [];
  // "Not performed" means zero times; with a number, the number is negated.
  const isNegated = isDenied && times !== undefined;
  const often = times ?? (isDenied ? '= 0' : '>= 1');
  const reading = counted({ name, conditions, window, times: often });
  return reading && { ...(isNegated ? denied(reading) : reading), window: limits.window ?? 'none' };
}

/** Words that continue a sentence after a name, even if every word is capitalized. */
const goOn = new Set(
  'and or not no at within in during over exactly more less fewer between where with ever once twice who'.split(
    ' ',
  ),
);

/** Takes a name in quotes, or consecutive capitalized words. */
function takeEventName(reader: WordReader): string | undefined {
  if (reader.peek()?.kind === 'quoted') return reader.next()?.text;
  const words: string[] = [];
  for (let word = reader.peek(); word && isCapitalized(word); word = reader.peek()) {
    words.push(word.text);
    reader.next();
  }
  return words.length > 0 ? words.join(' ') : undefined;
}

function isCapitalized({ kind, text }: Word): boolean {
  return kind === 'word' && /^\p{Lu}/u.test(text) && !goOn.has(text.toLowerCase());
}

/** The limits of an event. */
interface Limits {
  times?: string;
  window?: SaidWindow;
  condition?: Reading;
}

/** A window as the sentence expresses it. */
interface SaidWindow {
  /** One length such as `7 days`, or two; empty for "at any time". */
  lengths: readonly string[];
  /** Whether it may be relative to another event rather than to now: "within 2 hours". */
  isOpen: boolean;
}

/** Takes limits in any order, each at most once; undefined if one is not understood. */
function takeLimits(reader: WordReader): Limits | undefined {
  const limits: Limits = {};
  for (;;) {
    const start = reader.position;
    const times = limits.times === undefined ? takeTimes(reader) : undefined;
    if (times) {
      limits.times = times;
      continue;
    }
    reader.backTo(start);
    const window = limits.window ? undefined : takeWindow(reader);
    if (window) {
      limits.window = window;
      continue;
    }
    reader.backTo(start);
    if (limits.condition || !reader.take('where', 'with')) return limits;
    limits.condition = takeProperty(reader);
    if (!limits.condition) return undefined;
  }
}

const countWords: readonly [string, readonly string[]][] = [
  ['>=', ['at least']],
  ['<=', ['at most', 'no more than', 'not more than']],
  ['=', ['exactly']],
  ['>', ['more than']],
  ['<', ['less than', 'fewer than']],
];

/** Takes a number of times. A plain "3 times" is ambiguous: exactly or at least. */
function takeTimes(reader: WordReader): string | undefined {
  const operator = countWords.find(([sign, phrases]) => reader.take(sign, ...phrases))?.[0];
  if (operator && reader.take('once')) return `${operator} 1`;
  if (operator && reader.take('twice')) return `${operator} 2`;
  const number = takeNumber(reader);
  if (number === undefined) return undefined;
  const orMore = operator === undefined && reader.take('or more');
  if (!reader.take('times', 'time') || (operator === undefined && !orMore)) return undefined;
  return `${operator ?? '>='} ${number}`;
}

/** Takes a time window. */
function takeWindow(reader: WordReader): SaidWindow | undefined {
  if (reader.take('at any time', 'ever', 'over all time')) return { lengths: [], isOpen: false };
  if (reader.take('between')) {
    const lengths = takeRange(reader);
    return lengths && { lengths, isOpen: false };
  }
  const isWithin = reader.take('within');
  if (!isWithin && !reader.take('in', 'during', 'over')) return undefined;
  const hasLast = reader.take('the last', 'the past', 'last', 'past');
  const length = isWithin || hasLast ? takeLength(reader) : undefined;
  return length === undefined ? undefined : { lengths: [length], isOpen: !hasLast };
}

/** `between 7 and 10 days ago` */
function takeRange(reader: WordReader): readonly string[] | undefined {
  const from = takeNumber(reader);
  if (from === undefined || !reader.take('and')) return undefined;
  const to = takeNumber(reader);
  const isDays = reader.take('days');
  if (to === undefined || !isDays || !reader.take('ago') || to <= from) return undefined;
  return [`${from} days`, `${to} days`];
}

/** `[property] total greater than 100` */
function takeProperty(reader: WordReader): Reading | undefined {
  reader.take('the event property', 'the property', 'a property', 'event property', 'property');
  const name = takeName(reader);
  return name === undefined ? undefined : takeComparison(reader, propertyOf(name));
}

const traitWords = [
  'custom trait',
  'computed trait',
  'sql trait',
  'user trait',
  'account trait',
  'trait',
];

function takeTrait(reader: WordReader): Reading | undefined {
  reader.take('have', 'has', 'with', 'whose');
  reader.take('a', 'the');
  if (!reader.take(...traitWords)) return undefined;
  reader.take('named', 'called');
  const name = takeName(reader);
  return name === undefined ? undefined : takeComparison(reader, traitOf(name));
}

function takeMembership(reader: WordReader): Reading | undefined {
  const isDenied = reader.take("aren't", 'are not', 'is not', 'not');
  if (!isDenied) reader.take('are', 'is');
  const isMember = reader.take(
    'in',
    'part of',
    'a part of',
    'members of',
    'a member of',
    'member of',
    'belong to',
  );
  if (!isMember) return undefined;
  reader.take('the', 'an');
  if (!reader.take('audience')) return undefined;
  const key = takeName(reader);
  const reading = key === undefined ? undefined : memberOf(key);
  return reading && isDenied ? denied(reading) : reading;
}

/** Takes a one-word name, or a name in quotes. */
function takeName(reader: WordReader): string | undefined {
  const name = reader.next();
  return name?.kind === 'word' || name?.kind === 'quoted' ? name.text : undefined;
}

/** The number of words in the longest comparison. */
const maxComparisonWords = 6;

function takeComparison(reader: WordReader, subject: string | undefined): Reading | undefined {
  reader.take('that', 'which', 'of');
  for (let count = maxComparisonWords; count > 0; count -= 1) {
    const words = Array.from({ length: count }, (_, index) => reader.peek(index));
    if (words.some((word) => word === undefined || word.kind === 'quoted')) continue;
    const template = comparisonTemplate(words.map((word) => word?.text).join(''));
    if (template === undefined) continue;
    for (let index = 0; index < count; index += 1) reader.next();
    return compared(subject, template, takeValues(reader, template));
  }
  return undefined;
}

/** Takes the values of a comparison; none if one of them is ambiguous. */
function takeValues(reader: WordReader, template: string): ReadValue[] {
  const values: ReadValue[] = [];
  const max = maxValuesOf(template);
  while (values.length < max) {
    const value = valueIn(reader.peek(), ordersValues(template));
    if (!value) return [];
    reader.next();
    values.push(value);
    // After the last value, a conjunction starts the next condition.
    const start = reader.position;
    const goesOn = values.length < max && (reader.take(', or', ',') || reader.take('or'));
    if (!goesOn) break;
    // A comma between digits may be part of a single number.
    if (value.isNumber && reader.peek()?.kind === 'number' && reader.peek()?.isAdjacent) return [];
    if (valueIn(reader.peek(), false) === undefined || beginsCondition(reader)) {
      reader.backTo(start);
      break;
    }
  }
  return values;
}

/** Whether a condition is next, not a value. */
function beginsCondition(reader: WordReader): boolean {
  const start = reader.position;
  const begins = reader.take(
    ...notPerformed,
    ...performed,
    'who',
    'have',
    'has',
    'with',
    'are',
    'is',
    'not',
    'in',
    'part of',
    'a trait',
    'trait',
  );
  reader.backTo(start);
  return begins;
}

/** Words that don't stand for themselves. */
const noValues =
  /^(a|an|the|null|nothing|none|empty|unknown|today|yesterday|tomorrow|now|not|any)$/i;

function valueIn(word: Word | undefined, isOrdered: boolean): ReadValue | undefined {
  if (word === undefined || word.kind === 'sign') return undefined;
  if (word.kind !== 'word') return { text: word.text, isNumber: word.kind === 'number' };
  // A word in an ordering comparison must be a number or date in words, which is not understood.
  if (isOrdered || noValues.test(word.text)) return undefined;
  return { text: word.text, isNumber: false };
}
