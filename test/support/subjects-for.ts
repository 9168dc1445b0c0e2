import fc from 'fast-check';
import type { Argument } from '../../src/query/ast.ts';
import { callsIn } from '../../src/query/chains.ts';
import type { Account, EntityRecord, EventRecord, Expression } from '../../src/query/index.ts';

/*
 * Profiles and accounts that some definitions can tell apart: with the names that they use, and values,
 * times and sources on either side of those that they name.
 */

const hour = 3_600_000;
const unitMs: Record<string, number> & { day: number } = {
  second: 1000,
  minute: hour / 60,
  hour,
  day: 24 * hour,
};

/** What definitions name. */
interface Vocabulary {
  events: Set<string>;
  traits: Set<string>;
  properties: Set<string>;
  contexts: Set<string>;
  entities: Set<string>;
  sources: Set<string>;
  texts: Set<string>;
  lengths: Set<number>;
}

/**
 * Subjects for these definitions, the same at each call.
 *
 * @param trees of valid definitions. @param now milliseconds since the epoch. @param count how many.
 */
export function subjectsFor(trees: readonly Expression[], now: number, count = 150): Account[] {
  return fc.sample(subject(vocabularyOf(trees), now), { numRuns: count, seed: 11 });
}

function vocabularyOf(trees: readonly Expression[]): Vocabulary {
  const words: Vocabulary = {
    events: new Set(),
    traits: new Set(),
    properties: new Set(),
    contexts: new Set(),
    entities: new Set(),
    sources: new Set(['other']),
    texts: new Set(['0', '1', 'zz']),
    lengths: new Set([0]),
  };
  const names: Record<string, Set<string>> = {
    event: words.events,
    trait: words.traits,
    property: words.properties,
    context: words.contexts,
    entity: words.entities,
  };
  for (const { name, args } of trees.flatMap((tree) => [...callsIn(tree)])) {
    for (const argument of args) note(argument, names[name] ?? words.texts, words);
  }
  return words;
}

/** Adds what an argument names. */
function note(argument: Argument, names: Set<string>, words: Vocabulary): void {
  switch (argument.kind) {
    case 'named':
      note(argument.value, names, words);
      return;
    case 'literal':
      names.add(argument.text);
      return;
    case 'exclusion':
      for (const { text } of argument.ids) words.sources.add(text);
      return;
    case 'duration':
      words.lengths.add(Number(argument.amount) * lengthOf(argument.unit));
      return;
    default:
  }
}

function lengthOf(unit: string): number {
  return unitMs[unit.toLowerCase().replace(/s$/, '')] ?? 7 * unitMs.day;
}

function subject(words: Vocabulary, now: number): fc.Arbitrary<Account> {
  const values = aValue(words, now);
  const profile = fc.record({
    traits: objectWith(words.traits, values),
    events: fc
      .array(eventOf(words, values, now), { maxLength: 6 })
      .map((events) => events.toSorted((a, b) => a.at - b.at)),
    entities: relatedOf(words, values, 2),
  });
  return fc
    .tuple(profile, fc.array(profile, { maxLength: 2 }))
    .map(([own, users]) => ({ ...own, users }));
}

/** Empty lists are left out: they count as missing for a comparison, and as values for a reducer. */
function aValue({ texts, lengths }: Vocabulary, now: number): fc.Arbitrary<unknown> {
  const near = [...texts].flatMap((text): unknown[] => {
    const number = Number(text);
    if (text.trim() !== '' && Number.isFinite(number))
      return [number, number - 1, number + 1, text];
    return [text, `${text}x`, `x${text}`];
  });
  const moments = [...lengths].flatMap((ms) =>
    [now - ms, now + ms, now - ms - hour, now + ms + hour].filter((at) => Math.abs(at) < 8e15),
  );
  const one = fc.constantFrom(...near, ...moments.map((at) => new Date(at).toISOString()));
  return fc.oneof(
    { weight: 8, arbitrary: one },
    fc.array(one, { minLength: 1, maxLength: 2 }),
    fc.constant(undefined),
  );
}

function eventOf(
  { events, properties, contexts, sources, lengths }: Vocabulary,
  values: fc.Arbitrary<unknown>,
  now: number,
): fc.Arbitrary<EventRecord> {
  const ages = [...lengths].flatMap((ms) => [ms, ms / 2, ms + hour, ms * 1.5]);
  return fc.record({
    name: fc.constantFrom(...(events.size > 0 ? events : ['none'])),
    at: fc.constantFrom(...ages).map((age) => now - Math.floor(age)),
    properties: objectWith(properties, values),
    context: objectWith(contexts, values),
    source: fc.constantFrom(...sources),
  });
}

function relatedOf(
  words: Vocabulary,
  values: fc.Arbitrary<unknown>,
  depth: number,
): fc.Arbitrary<Record<string, EntityRecord[]>> {
  if (depth === 0 || words.entities.size === 0) return fc.constant({});
  const record = fc.record({
    properties: objectWith(words.properties, values),
    entities: relatedOf(words, values, depth - 1),
  });
  return fc.record(
    Object.fromEntries(
      [...words.entities].map((name) => [name, fc.array(record, { maxLength: 3 })]),
    ),
  );
}

/** An object in which every path leads to a value. */
function objectWith(
  paths: ReadonlySet<string>,
  values: fc.Arbitrary<unknown>,
): fc.Arbitrary<Record<string, unknown>> {
  const names = [...paths];
  return fc.tuple(...names.map(() => values)).map((given) => {
    const object: Record<string, unknown> = {};
    for (const [index, name] of names.entries()) {
      const steps = name.split(/(?<!\\)\./).map((step) => step.replace(/\\+\./g, '.'));
      put(object, steps, given[index]);
    }
    return object;
  });
}

function put(object: Record<string, unknown>, [step = '', ...rest]: string[], value: unknown) {
  if (rest.length === 0) {
    object[step] = value;
    return;
  }
  const inner: Record<string, unknown> = {};
  put(inner, rest, value);
  object[step] = inner;
}
