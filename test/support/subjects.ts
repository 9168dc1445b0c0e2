import fc from 'fast-check';
import type { Argument, Expression, FunctionCall } from '../../src/query/ast.ts';
import type { Account, EntityRecord, EventRecord, Level, Profile } from '../../src/query/index.ts';
import { now } from './arbitrary-profile.ts';

/*
 * Profiles that given definitions are about: with the events, traits and properties that they name,
 * at times and with values around those that they compare with.
 */

const hour = 3_600_000;

interface Vocabulary {
  events: Set<string>;
  entities: Set<string>;
  traits: Set<string>;
  properties: Set<string>;
  sources: Set<string>;
  /** Strings and numbers that something is compared with. */
  values: Set<string>;
  hours: Set<number>;
}

/** Subjects for the definitions, the same every time. */
export function subjectsFor(
  trees: readonly Expression[],
  level: Level,
  count: number,
): (Profile | Account)[] {
  const words: Vocabulary = {
    events: new Set(),
    entities: new Set(),
    traits: new Set(),
    properties: new Set(),
    sources: new Set(['other']),
    values: new Set(['true', 'other']),
    hours: new Set([1]),
  };
  for (const tree of trees) gather(tree, words);
  const profile = profileWith(words);
  const subject: fc.Arbitrary<Profile | Account> =
    level === 'accounts'
      ? fc
          .tuple(profile, fc.array(profile, { maxLength: 3 }))
          .map(([own, users]) => ({ ...own, users }))
      : profile;
  return fc.sample(subject, { numRuns: count, seed: 11 });
}

function gather(node: Argument, words: Vocabulary): void {
  switch (node.kind) {
    case 'and':
    case 'or':
      for (const operand of node.operands) gather(operand, words);
      return;
    case 'not':
    case 'any':
    case 'all':
    case 'cast':
      gather(node.operand, words);
      return;
    case 'chain':
      for (const call of node.calls) gatherCall(call, words);
      return;
    case 'named':
      gather(node.value, words);
      return;
    case 'literal':
      words.values.add(node.text);
      return;
    case 'duration':
      words.hours.add(Number(node.amount) * (node.unit.startsWith('d') ? 24 : 1));
      return;
    case 'exclusion':
      for (const { text } of node.ids) words.sources.add(text);
      return;
    case 'missing':
  }
}

function gatherCall({ name, args }: FunctionCall, words: Vocabulary): void {
  const [first] = args;
  const named = first?.kind === 'named' ? first.value : first;
  const text = named?.kind === 'literal' ? named.text : undefined;
  const sets: Readonly<Record<string, Set<string>>> = {
    event: words.events,
    entity: words.entities,
    trait: words.traits,
    property: words.properties,
    context: words.properties,
  };
  const set = sets[name];
  if (set && text !== undefined) set.add(text);
  else for (const argument of args) gather(argument, words);
}

function profileWith(words: Vocabulary): fc.Arbitrary<Profile> {
  const hours = [...words.hours].flatMap((length) => [0, 0.5, length - 0.5, length, length + 0.5]);
  const ages = fc.constantFrom(...hours, ...hours.map((length) => -length), 9000);
  const at = ages.map((age) => now - age * hour);
  const value = fc.oneof(
    { weight: 3, arbitrary: fc.constantFrom(...[...words.values].flatMap(around)) },
    { weight: 1, arbitrary: at.map((moment) => new Date(moment).toISOString()) },
    { weight: 1, arbitrary: fc.constant(undefined) },
  );
  const event: fc.Arbitrary<EventRecord> = fc.record({
    name: fc.constantFrom('Another', ...words.events),
    at: at.filter((moment) => moment <= now),
    properties: valuesOf(words.properties, value),
    context: valuesOf(words.properties, value),
    source: fc.constantFrom(...words.sources),
  });
  const entity: fc.Arbitrary<EntityRecord> = fc.record({
    properties: valuesOf(words.properties, value),
    entities: fc.constant({}),
  });
  const related = fc.array(entity, { maxLength: 3 });
  return fc.record({
    traits: valuesOf(words.traits, value),
    events: fc
      .array(event, { maxLength: 7 })
      .map((events) => events.toSorted((a, b) => a.at - b.at)),
    entities: fc.record(Object.fromEntries([...words.entities].map((name) => [name, related]))),
  });
}

/** The value itself, and those next to it or of which it is a part. */
function around(text: string): unknown[] {
  const number = text.trim() === '' ? Number.NaN : Number(text);
  if (!Number.isNaN(number)) return [number, number - 1, number + 1, text];
  const moment = /^\d{4}-\d{2}-\d{2}/.test(text) ? Date.parse(text) : Number.NaN;
  const times = Number.isNaN(moment)
    ? []
    : [-1, 1].map((days) => new Date(moment + days * 24 * hour).toISOString());
  return [text, `${text}z`, `z${text}`, `z${text}z`, ...times];
}

/** Values by name, where dots lead into objects. */
function valuesOf(
  names: ReadonlySet<string>,
  value: fc.Arbitrary<unknown>,
): fc.Arbitrary<Record<string, unknown>> {
  const list = [...names];
  return fc.tuple(...list.map(() => value)).map((values) => {
    const record: Record<string, unknown> = {};
    for (const [index, name] of list.entries()) {
      if (values[index] !== undefined) put(record, name.split('.'), values[index]);
    }
    return record;
  });
}

function put(record: Record<string, unknown>, path: readonly string[], value: unknown): void {
  const [first = '', ...rest] = path;
  if (rest.length === 0) {
    record[first] = value;
    return;
  }
  const inner: Record<string, unknown> = {};
  record[first] = inner;
  put(inner, rest, value);
}
