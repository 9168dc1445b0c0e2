import type { Argument, Chain, Expression, FunctionCall, Literal } from './ast.ts';
import { extractorOf } from './catalog.ts';
import { isExpression, streamKindOf } from './chains.ts';
import { compare } from './compare.ts';
import { argumentLengthMs, dayMs, lengthMs } from './durations.ts';
import type { StreamKind } from './language-function.ts';
import { maxHistoryDays } from './limits.ts';
import { reduce } from './reduce.ts';
import { nestingDot, withPlainDots } from './strings.ts';
import { nameOf, plainText } from './values.ts';

/*
 * Computes from data who is in an audience. A definition is first made into a function, because it is
 * usually evaluated for thousands of profiles. Assumptions where the reference is silent:
 *
 * - Events later than now have not happened yet; those older than three years are ignored.
 * - Windows include both ends. With `parent:`, a window opens at the nearest outer event and looks
 *   ahead, as in the reference's example; entities between the two are skipped, because they have
 *   no time of their own. For the same reason, a window on entities keeps none.
 * - `property(parent: …)` reads the event or entity that encloses the current one. The value that a
 *   nested stream is compared with is not inside that stream, so there it reads the innermost one.
 * - `expires_after(d)` keeps the events of the last session, if it is not over: events belong to
 *   one session as long as no pause between them is longer than `d`. With `parent:`, it keeps the
 *   session that the outer event starts.
 * - At account level, events are those of all users together, and traits are the account's. An
 *   account without users satisfies neither ANY nor ALL.
 * - See compare.ts for how values are compared, reduce.ts for how streams are reduced.
 */

type Values = Readonly<Record<string, unknown>>;

/** An event of the data. */
export interface EventRecord {
  name: string;
  /** Milliseconds since the epoch. */
  at: number;
  properties?: Values;
  context?: Values;
  /** The id of the source that sent it. */
  source?: string;
}

/** A related entity of the data. */
export interface EntityRecord {
  properties?: Values;
  /** Related entities by the slug of the relationship. */
  entities?: Readonly<Record<string, readonly EntityRecord[]>>;
}

/** A profile in the data, for which conditions are evaluated. */
export interface Profile {
  traits: Values;
  /** Oldest first. */
  events: readonly EventRecord[];
  entities?: Readonly<Record<string, readonly EntityRecord[]>>;
}

/** An account is a profile with users, whose events count as its own. */
export interface Account extends Profile {
  users: readonly Profile[];
}

/** What a part of a definition is evaluated against. */
interface Scope {
  subject: Profile | Account;
  now: number;
  /** The current event or entity inside a `where`, and the one that encloses it. */
  item?: Item;
  parent?: Item;
  /** The current event, or the nearest event that encloses the current entity. */
  event?: EventRecord;
}

type Item = EventRecord | EntityRecord;

/** Whether something is true in a scope. */
type Test = (scope: Scope) => boolean;
/** A value in a scope. */
type Read = (scope: Scope) => unknown;

/**
 * Whether a profile or account is in an audience.
 *
 * @param tree a definition that has passed the check. @param now milliseconds since the epoch.
 */
export function evaluate(tree: Expression, subject: Profile | Account, now: number): boolean {
  return membershipOf(tree)(subject, now);
}

/**
 * The same for many profiles or accounts: the definition is made into a function once, which then
 * takes half the time for each.
 */
export function membershipOf(
  tree: Expression,
): (subject: Profile | Account, now: number) => boolean {
  const test = testOf(tree);
  return (subject, now) => test({ subject, now });
}

/** What gives the value of a computed trait, or undefined if there is none. */
export function traitOf(tree: Chain): (subject: Profile | Account, now: number) => unknown {
  const read = readOf(tree);
  return (subject, now) => read({ subject, now });
}

function testOf(node: Expression): Test {
  switch (node.kind) {
    case 'and': {
      const tests = node.operands.map(testOf);
      return (scope) => tests.every((test) => test(scope));
    }
    case 'or': {
      const tests = node.operands.map(testOf);
      return (scope) => tests.some((test) => test(scope));
    }
    case 'not': {
      const test = testOf(node.operand);
      return (scope) => !test(scope);
    }
    case 'any': {
      const test = testOf(node.operand);
      return (scope) => usersOf(scope).some((subject) => test({ ...scope, subject }));
    }
    case 'all': {
      const test = testOf(node.operand);
      return (scope) => {
        const users = usersOf(scope);
        return users.length > 0 && users.every((subject) => test({ ...scope, subject }));
      };
    }
    case 'chain':
      return comparisonOf(node);
    case 'missing':
      return () => false;
  }
}

function comparisonOf(chain: Chain): Test {
  const comparison = chain.calls.at(-1);
  if (!comparison) return () => false;
  const read = readChain(chain.calls.slice(0, -1));
  const args = comparison.args.map(readOf);
  const ofStream = streamKindOf(chain) !== undefined;
  return (scope) => {
    const argumentScope = ofStream && scope.item ? { ...scope, parent: scope.item } : scope;
    const given = args.map((argument) => argument(argumentScope));
    return compare(comparison.name, read(scope), given, scope.now);
  };
}

function usersOf({ subject }: Scope): readonly Profile[] {
  return 'users' in subject ? subject.users : [subject];
}

function readOf(argument: Argument): Read {
  switch (argument.kind) {
    case 'literal':
      return constant(valueIn(argument));
    case 'duration':
      return constant(lengthMs(argument));
    case 'chain':
      return readChain(argument.calls);
    case 'cast':
      return readOf(argument.operand);
    default:
      return constant(undefined);
  }
}

function constant(value: unknown): Read {
  return () => value;
}

function valueIn(literal: Literal): unknown {
  if (literal.type === 'number') return Number(literal.text);
  return literal.type === 'boolean' ? literal.text === 'true' : plainText(literal);
}

/** The value of a chain without its comparison. */
function readChain([extractor, ...rest]: readonly FunctionCall[]): Read {
  if (!extractor) return constant(undefined);
  const [argument] = extractor.args;
  const name = nameOf(argument);
  const stream = extractorOf(extractor)?.stream;
  if (stream) return readStream(streamOf(stream, name), rest);
  const walk = walker(name);
  switch (extractor.name) {
    case 'trait':
      return ({ subject }) => walk(subject.traits);
    case 'property':
      return argument?.kind === 'named'
        ? ({ parent }) => walk(parent?.properties)
        : ({ item }) => walk(item?.properties);
    case 'context':
      return ({ item }) => (item && 'context' in item ? walk(item.context) : undefined);
    case 'literal':
      return argument ? readOf(argument) : constant(undefined);
    default:
      return constant(undefined);
  }
}

/** The items of a stream. */
type Stream = (scope: Scope) => readonly Item[];
/** A call of a stream: keeps some of its items, or makes a value of them. */
type Step =
  | { kind: 'filter'; keep(items: readonly Item[], scope: Scope): readonly Item[] }
  | { kind: 'reducer'; reduce(items: readonly Item[], before: unknown, scope: Scope): unknown };

function readStream(stream: Stream, calls: readonly FunctionCall[]): Read {
  const steps = calls.map(stepOf);
  return (scope) => {
    let items = stream(scope);
    let value: unknown;
    for (const step of steps) {
      if (step.kind === 'filter') items = step.keep(items, scope);
      else value = step.reduce(items, value, scope);
    }
    return value;
  };
}

function stepOf(call: FunctionCall): Step {
  const [argument] = call.args;
  switch (call.name) {
    case 'where': {
      if (!argument) return { kind: 'filter', keep: (items) => items };
      const test = isExpression(argument) ? testOf(argument) : () => false;
      return {
        kind: 'filter',
        keep: (items, scope) => items.filter((item) => test(inside(item, scope))),
      };
    }
    case 'sources':
      return { kind: 'filter', keep: (items) => items.filter((item) => !isFrom(item, argument)) };
    case 'within':
    case 'between':
    case 'expires_after':
      return { kind: 'filter', keep: windowOf(call) };
    default: {
      const read = argument ? readOf(argument) : constant(undefined);
      return {
        kind: 'reducer',
        reduce: (items, before, scope) =>
          reduce(call, items, before, (item) => read(inside(item, scope))),
      };
    }
  }
}

function streamOf(kind: StreamKind, name: string): Stream {
  if (kind === 'entities') {
    return ({ subject, item }) => {
      const related = item && !('at' in item) ? item.entities : subject.entities;
      return related && Object.hasOwn(related, name) ? (related[name] ?? []) : [];
    };
  }
  return ({ subject, now }) => {
    const oldest = now - maxHistoryDays * dayMs;
    const isMeant = (event: EventRecord) =>
      event.name === name && event.at <= now && event.at >= oldest;
    if (!('users' in subject)) return subject.events.filter(isMeant);
    return [subject, ...subject.users]
      .flatMap(({ events }) => events.filter(isMeant))
      .sort((a, b) => a.at - b.at);
  };
}

/** The scope inside a `where` or a reducer of this item. */
function inside(item: Item, scope: Scope): Scope {
  const { subject, now } = scope;
  return { subject, now, item, parent: scope.item, event: 'at' in item ? item : scope.event };
}

function isFrom(item: Item, argument: Argument | undefined): boolean {
  if (argument?.kind !== 'exclusion' || !('source' in item)) return false;
  return argument.ids.some(({ text }) => text === item.source);
}

/** Keeps the events of a window. */
function windowOf({ name, args }: FunctionCall): (items: readonly Item[], scope: Scope) => Item[] {
  const isAhead = args.some(({ kind }) => kind === 'named');
  const [first = 0, second] = args.map(lengthOf);
  const [near, far] = second === undefined ? [0, first] : [first, second];
  return (items, { event: outer, now }) => {
    const from = isAhead ? outer?.at : now;
    if (from === undefined) return [];
    /**
     * The distance of an event from where the window opens, in the direction in which the window
     * looks.
     */
    const distance = ({ at }: EventRecord) => (isAhead ? at - from : from - at);
    const events = items.filter((item) => 'at' in item).filter((event) => distance(event) >= 0);
    if (name === 'expires_after') return sessionOf(events, first, distance);
    return events.filter((event) => distance(event) >= near && distance(event) <= far);
  };
}

/** The events of one session, which starts or ends at distance 0. */
function sessionOf(
  events: readonly EventRecord[],
  maxPauseMs: number,
  distance: (event: EventRecord) => number,
): EventRecord[] {
  const byDistance = events.toSorted((a, b) => distance(a) - distance(b));
  let reached = 0;
  const isOver = (event: EventRecord) => {
    const isFar = distance(event) - reached > maxPauseMs;
    reached = distance(event);
    return isFar;
  };
  const end = byDistance.findIndex(isOver);
  const session = new Set(end < 0 ? byDistance : byDistance.slice(0, end));
  return events.filter((event) => session.has(event));
}

function lengthOf(argument: Argument): number {
  return argumentLengthMs(argument.kind === 'named' ? argument.value : argument);
}

/** Follows the dots of a path into nested objects; a dot after a backslash is part of a name. */
function walker(path: string): (values: Values | undefined) => unknown {
  if (!path.includes('.')) return (values) => own(values, path);
  const steps = path.split(nestingDot).map(withPlainDots);
  return (values) => steps.reduce<unknown>(own, values);
}

function own(value: unknown, key: string): unknown {
  return isObject(value) && Object.hasOwn(value, key) ? value[key] : undefined;
}

function isObject(value: unknown): value is Values {
  return typeof value === 'object' && value !== null;
}
