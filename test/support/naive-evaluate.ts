import type { Argument, Expression, FunctionCall } from '../../src/query/ast.ts';
import type { Account, EventRecord, Profile } from '../../src/query/index.ts';

/*
 * Who is in an audience, a second time: written from the language's rules alone, as plainly as
 * possible and without a line of the real one, which it is compared with.
 */

interface World {
  who: Profile | Account;
  now: number;
  /** The events in whose `where` or reducer this is, the innermost last. */
  enclosing: readonly EventRecord[];
  /** Whether this is what a stream is compared with: then the innermost event is the parent. */
  comparedWithStream?: boolean;
}

const hour = 3_600_000;
const unitLengths: Record<string, number> = { hour, hours: hour, day: 24 * hour, days: 24 * hour };

/** Whether a profile or account belongs to an audience. @param now milliseconds since the epoch. */
export function naiveEvaluate(tree: Expression, who: Profile | Account, now: number): boolean {
  return truth(tree, { who, now, enclosing: [] });
}

function truth(node: Argument, world: World): boolean {
  if (node.kind === 'and') return !node.operands.some((operand) => !truth(operand, world));
  if (node.kind === 'or')
    return node.operands.filter((operand) => truth(operand, world)).length > 0;
  if (node.kind === 'not') return !truth(node.operand, world);
  if (node.kind === 'any' || node.kind === 'all') {
    const users = 'users' in world.who ? world.who.users : [];
    const satisfied = users.filter((who) => truth(node.operand, { ...world, who })).length;
    return node.kind === 'any' ? satisfied > 0 : satisfied === users.length && satisfied > 0;
  }
  if (node.kind !== 'chain') throw new Error(`${node.kind} is not a condition`);
  const comparison = node.calls[node.calls.length - 1];
  if (!comparison) throw new Error('no comparison');
  const left = valueAt({ ...node, calls: node.calls.slice(0, -1) }, world);
  return compares(comparison, left, {
    ...world,
    comparedWithStream: node.calls[0]?.name === 'event',
  });
}

function valueAt(node: Argument, world: World): unknown {
  if (node.kind === 'literal') return node.type === 'number' ? Number(node.text) : node.text;
  if (node.kind === 'cast') return valueAt(node.operand, world);
  if (node.kind !== 'chain') throw new Error(`${node.kind} is not a value`);
  const [begin, ...rest] = node.calls;
  const [argument] = begin?.args ?? [];
  switch (begin?.name) {
    case 'trait':
      return dig(world.who.traits, nameIn(argument));
    case 'property': {
      const isParent = argument?.kind === 'named' && !world.comparedWithStream;
      return dig(world.enclosing.at(isParent ? -2 : -1)?.properties ?? {}, nameIn(argument));
    }
    case 'event':
      return streamValue(nameIn(argument), rest, world);
    default:
      throw new Error(`${begin?.name} is not known here`);
  }
}

function streamValue(eventName: string, rest: readonly FunctionCall[], world: World): unknown {
  let events = allEvents(world).filter(({ name }) => name === eventName);
  let value: unknown;
  for (const call of rest) {
    const kept = filtered(call, events, world);
    if (kept) events = kept;
    else value = reduced(call, events, value, world);
  }
  return value;
}

function nameIn(argument: Argument | undefined): string {
  if (argument?.kind === 'named') return nameIn(argument.value);
  return argument?.kind === 'literal' ? argument.text : '';
}

/** In the order of time; those of the future and those older than three years are not there. */
function allEvents({ who, now }: World): EventRecord[] {
  const own = [...who.events];
  if ('users' in who) for (const user of who.users) own.push(...user.events);
  return own
    .filter(({ at }) => at <= now && at >= now - 1095 * 24 * hour)
    .sort((a, b) => a.at - b.at);
}

function into(event: EventRecord, world: World): World {
  return { ...world, enclosing: [...world.enclosing, event], comparedWithStream: false };
}

function filtered(
  call: FunctionCall,
  events: EventRecord[],
  world: World,
): EventRecord[] | undefined {
  const [first, second] = call.args;
  switch (call.name) {
    case 'where':
      return events.filter((event) => first && truth(first, into(event, world)));
    case 'sources': {
      const left = first?.kind === 'exclusion' ? first.ids.map(({ text }) => text) : [];
      return events.filter(({ source = '' }) => !left.includes(source));
    }
    case 'within':
      return inWindow(events, { from: 0, to: ms(first) }, call, world);
    case 'between':
      return inWindow(events, { from: ms(first), to: ms(second) }, call, world);
    default:
      return undefined;
  }
}

/** How long before now; with `parent:`, how long after the outer event. */
function inWindow(
  events: EventRecord[],
  { from, to }: { from: number; to: number },
  { args }: FunctionCall,
  { now, enclosing }: World,
): EventRecord[] {
  const isAfterOuter = args.some(({ kind }) => kind === 'named');
  const outer = enclosing.at(-1);
  return events.filter(({ at }) => {
    if (!isAfterOuter) return at >= now - to && at <= now - from;
    return outer && at >= outer.at + from && at <= outer.at + to;
  });
}

function ms(argument: Argument | undefined): number {
  if (argument?.kind === 'named') return ms(argument.value);
  if (argument?.kind !== 'duration') throw new Error('not a duration');
  return Number(argument.amount) * (unitLengths[argument.unit] ?? Number.NaN);
}

function reduced(
  call: FunctionCall,
  events: EventRecord[],
  before: unknown,
  world: World,
): unknown {
  if (call.name === 'count') return Array.isArray(before) ? before.length : events.length;
  const [property] = call.args;
  if (!property) throw new Error('no property');
  const values = events
    .map((event) => valueAt(property, into(event, world)))
    .filter((value) => value !== undefined && value !== null);
  const numbers = values.filter((value) => isNumber(value)).map(Number);
  const ascending = [...numbers].sort((a, b) => a - b);
  switch (call.name) {
    case 'sum':
      return numbers.reduce((a, b) => a + b, 0);
    case 'avg':
      return numbers.length === 0 ? undefined : numbers.reduce((a, b) => a + b, 0) / numbers.length;
    case 'min':
      return ascending[0];
    case 'max':
      return ascending[ascending.length - 1];
    case 'first':
      return values[0];
    case 'last':
      return values[values.length - 1];
    case 'unique':
      return values.filter((value, index) => firstPlace(values, value) === index);
    case 'mode':
      return mode(property, values, call.args[1]);
    default:
      throw new Error(`${call.name} is not known here`);
  }
}

/** The data are strings unless numbers are asked for; a list is one value with `$` and `as array` only. */
function mode(property: Argument, values: unknown[], least: Argument | undefined): unknown {
  const type = property.kind === 'cast' ? property.type : 'string';
  const read = property.kind === 'cast' ? property.operand : property;
  const keepsLists = read.kind === 'chain' && read.calls.at(-1)?.name === '$' && type === 'array';
  const parts = keepsLists ? values : values.flat();
  const asText = (value: unknown) =>
    typeof value === 'string' ? value : JSON.stringify(value ?? null);
  const data = type === 'number' ? parts.filter(isNumber).map(Number) : parts.map(asText);
  const times = (value: unknown) => data.filter((other) => other === value).length;
  const enough = data.filter(
    (value) => times(value) >= (least ? Number(least.kind === 'literal' && least.text) : 1),
  );
  return enough.find((value) => enough.every((other) => times(other) <= times(value)));
}

function firstPlace(values: readonly unknown[], wanted: unknown): number {
  return values.map((value) => JSON.stringify(value)).indexOf(JSON.stringify(wanted));
}

function compares(comparison: FunctionCall, left: unknown, world: World): boolean {
  const { name, args } = comparison;
  const isMissing =
    left === undefined || left === null || (Array.isArray(left) && left.length === 0);
  // Not to contain something is the denial of containing it.
  if (name === 'omits') return !compares({ ...comparison, name: 'contains' }, left, world);
  if (name === 'absent' || isMissing) return name === 'absent' && isMissing;
  if (name === 'exists') return true;
  const elements: unknown[] = Array.isArray(left) ? left : [left];
  const right = args.map((argument) =>
    argument.kind === 'duration' ? ms(argument) : valueAt(argument, world),
  );
  // What is compared with must itself be there.
  if (right[0] === undefined || right[0] === null) return false;
  const matching = elements.filter((element) => matches(name, element, right, world.now));
  return ['differs', 'none_of'].includes(name)
    ? matching.length === elements.length
    : matching.length > 0;
}

function matches(name: string, a: unknown, right: readonly unknown[], now: number): boolean {
  const [b] = right;
  const length = Number(b);
  const at = momentOf(a);
  const isTime = !Number.isNaN(at);
  const inText = (part: unknown) => String(a).includes(String(part));
  const rules: Record<string, () => boolean> = {
    equals: () => same(a, b),
    differs: () => !same(a, b),
    one_of: () => right.some((value) => same(a, value)),
    none_of: () => !right.some((value) => same(a, value)),
    greater_than: () => less(b, a),
    less_than: () => less(a, b),
    at_least: () => less(b, a) || same(a, b),
    at_most: () => less(a, b) || same(a, b),
    contains: () => right.some(inText),
    starts_with: () => String(a).indexOf(String(b)) === 0,
    ends_with: () => String(a).slice(-String(b).length) === String(b),
    before_date: () => at < momentOf(b),
    after_date: () => at > momentOf(b),
    within_last: () => isTime && !isBefore(a, now - length) && !isBefore(now, a),
    within_next: () => isTime && !isBefore(a, now) && !isBefore(now + length, a),
    before_last: () => isTime && (isBefore(a, now - length) || isThatDay(a, now - length, length)),
    after_next: () => isTime && (isBefore(now + length, a) || isThatDay(a, now + length, length)),
  };
  return rules[name]?.() ?? false;
}

/** Whether one comes before the other: as calendar days in UTC if one of them is but a day. */
function isBefore(a: unknown, b: unknown): boolean {
  const isDay = (value: unknown) => typeof value === 'string' && value.length === 10;
  if (isDay(a) || isDay(b)) return isoDay(a) < isoDay(b);
  return momentOrNumber(a) < momentOrNumber(b);
}

/** Whether something is on the day that a length in days names; one in hours names a moment. */
function isThatDay(a: unknown, moment: number, length: number): boolean {
  if (length % (24 * hour) !== 0) return !isBefore(a, moment) && !isBefore(moment, a);
  return isoDay(a) === isoDay(moment);
}

function isoDay(value: unknown): string {
  return new Date(momentOrNumber(value)).toISOString().slice(0, 10);
}

function momentOrNumber(value: unknown): number {
  return typeof value === 'number' ? value : momentOf(value);
}

function isNumber(value: unknown): boolean {
  return (
    typeof value === 'number' ||
    (typeof value === 'string' && /^-?(\d+(\.\d+)?|\.\d+)$/.test(value))
  );
}

function momentOf(value: unknown): number {
  if (typeof value !== 'string' || !/^\d{4}-\d\d-\d\d/.test(value)) return Number.NaN;
  return Date.parse(
    /T.*(Z|[+-]\d\d:?\d\d)$/.test(value) || !value.includes('T') ? value : `${value}Z`,
  );
}

/** Both as numbers, both as moments, both as text, or undefined. */
function comparable(a: unknown, b: unknown): [number, number] | [string, string] | undefined {
  if (isNumber(a) && isNumber(b)) return [Number(a), Number(b)];
  if (isNumber(a) || isNumber(b)) return undefined;
  if (!Number.isNaN(momentOf(a)) && !Number.isNaN(momentOf(b))) return [momentOf(a), momentOf(b)];
  return typeof a === 'object' || typeof b === 'object' ? undefined : [String(a), String(b)];
}

function same(a: unknown, b: unknown): boolean {
  const [x, y] = comparable(a, b) ?? [0, 1];
  return x === y;
}

function less(a: unknown, b: unknown): boolean {
  const [x, y] = comparable(a, b) ?? [1, 0];
  return x < y;
}

function dig(values: Readonly<Record<string, unknown>>, path: string): unknown {
  const [step = '', ...rest] = path.split('.');
  const value = values[step];
  if (rest.length === 0) return value;
  return typeof value === 'object' && value !== null
    ? dig({ ...value }, rest.join('.'))
    : undefined;
}
