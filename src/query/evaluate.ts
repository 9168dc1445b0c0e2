import type { Argument, Chain, Expression, FunctionCall } from './ast.ts';
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
 * Computes from data who is in an audience. Assumptions where the reference is silent:
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

/**
 * Whether a profile or account is in an audience.
 *
 * @param tree a definition that has passed the check. @param now milliseconds since the epoch.
 */
export function evaluate(tree: Expression, subject: Profile | Account, now: number): boolean {
  return holds(tree, { subject, now });
}

/** The value of a computed trait; undefined if there is none. */
export function evaluateTrait(tree: Chain, subject: Profile | Account, now: number): unknown {
  return argumentValue(tree, { subject, now });
}

function holds(node: Expression, scope: Scope): boolean {
  switch (node.kind) {
    case 'and':
      return node.operands.every((operand) => holds(operand, scope));
    case 'or':
      return node.operands.some((operand) => holds(operand, scope));
    case 'not':
      return !holds(node.operand, scope);
    case 'any':
      return usersOf(scope).some((subject) => holds(node.operand, { ...scope, subject }));
    case 'all': {
      const users = usersOf(scope);
      return (
        users.length > 0 && users.every((subject) => holds(node.operand, { ...scope, subject }))
      );
    }
    case 'chain':
      return comparisonHolds(node, scope);
    case 'missing':
      return false;
  }
}

function comparisonHolds(chain: Chain, scope: Scope): boolean {
  const comparison = chain.calls.at(-1);
  if (!comparison) return false;
  const value = chainValue(chain.calls.slice(0, -1), scope);
  const ofStream = streamKindOf(chain) !== undefined;
  const argumentScope = ofStream && scope.item ? { ...scope, parent: scope.item } : scope;
  const args = comparison.args.map((argument) => argumentValue(argument, argumentScope));
  return compare(comparison.name, value, args, scope.now);
}

function usersOf({ subject }: Scope): readonly Profile[] {
  return 'users' in subject ? subject.users : [subject];
}

function argumentValue(argument: Argument, scope: Scope): unknown {
  switch (argument.kind) {
    case 'literal':
      if (argument.type === 'number') return Number(argument.text);
      return argument.type === 'boolean' ? argument.text === 'true' : plainText(argument);
    case 'duration':
      return lengthMs(argument);
    case 'chain':
      return chainValue(argument.calls, scope);
    case 'cast':
      return argumentValue(argument.operand, scope);
    default:
      return undefined;
  }
}

/** The value of a chain without its comparison. */
function chainValue(calls: readonly FunctionCall[], scope: Scope): unknown {
  const [extractor, ...rest] = calls;
  if (!extractor) return undefined;
  const [argument] = extractor.args;
  const path = nameOf(argument);
  const stream = extractorOf(extractor)?.stream;
  if (stream) return reduceStream(streamOf(stream, path, scope), rest, scope);
  switch (extractor.name) {
    case 'trait':
      return walk(scope.subject.traits, path);
    case 'property':
      return walk((argument?.kind === 'named' ? scope.parent : scope.item)?.properties, path);
    case 'context':
      return scope.item && 'context' in scope.item ? walk(scope.item.context, path) : undefined;
    case 'literal':
      return argument && argumentValue(argument, scope);
    default:
      return undefined;
  }
}

function reduceStream(
  stream: readonly Item[],
  calls: readonly FunctionCall[],
  scope: Scope,
): unknown {
  let items = stream;
  let value: unknown;
  for (const call of calls) {
    const [argument] = call.args;
    switch (call.name) {
      case 'where':
        items = items.filter((item) => !argument || matches(argument, item, scope));
        break;
      case 'sources':
        items = items.filter((item) => !isFrom(item, argument));
        break;
      case 'within':
      case 'between':
      case 'expires_after':
        items = inWindow(items, call, scope);
        break;
      default:
        value = reduce(call, items, value, (property, item) =>
          argumentValue(property, inside(item, scope)),
        );
    }
  }
  return value;
}

function streamOf(kind: StreamKind, name: string, { subject, now, item }: Scope): Item[] {
  if (kind === 'entities') {
    const related = item && !('at' in item) ? item.entities : subject.entities;
    return [...(related && Object.hasOwn(related, name) ? (related[name] ?? []) : [])];
  }
  const oldest = now - maxHistoryDays * dayMs;
  const isMeant = (event: EventRecord) =>
    event.name === name && event.at <= now && event.at >= oldest;
  if (!('users' in subject)) return subject.events.filter(isMeant);
  return [subject, ...subject.users]
    .flatMap(({ events }) => events.filter(isMeant))
    .sort((a, b) => a.at - b.at);
}

/** The scope inside a `where` or a reducer of this item. */
function inside(item: Item, scope: Scope): Scope {
  const { subject, now } = scope;
  return { subject, now, item, parent: scope.item, event: 'at' in item ? item : scope.event };
}

function matches(condition: Argument, item: Item, scope: Scope): boolean {
  return isExpression(condition) && holds(condition, inside(item, scope));
}

function isFrom(item: Item, argument: Argument | undefined): boolean {
  if (argument?.kind !== 'exclusion' || !('source' in item)) return false;
  return argument.ids.some(({ text }) => text === item.source);
}

function inWindow(items: readonly Item[], { name, args }: FunctionCall, scope: Scope): Item[] {
  const isAhead = args.some(({ kind }) => kind === 'named');
  const from = isAhead ? scope.event?.at : scope.now;
  if (from === undefined) return [];
  /**
   * The distance of an event from where the window opens, in the direction in which the window
   * looks.
   */
  const distance = ({ at }: EventRecord) => (isAhead ? at - from : from - at);
  const events = items.filter((item) => 'at' in item).filter((event) => distance(event) >= 0);
  const [first = 0, second] = args.map((argument) => lengthOf(argument));
  if (name === 'expires_after') return sessionOf(events, first, distance);
  const [near, far] = second === undefined ? [0, first] : [first, second];
  return events.filter((event) => distance(event) >= near && distance(event) <= far);
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
function walk(values: Values | undefined, path: string): unknown {
  let value: unknown = values;
  if (!path.includes('.')) return own(values, path);
  for (const step of path.split(nestingDot)) {
    value = own(value, withPlainDots(step));
  }
  return value;
}

function own(value: unknown, key: string): unknown {
  return isObject(value) && Object.hasOwn(value, key) ? value[key] : undefined;
}

function isObject(value: unknown): value is Values {
  return typeof value === 'object' && value !== null;
}
