import { type Level, levelOf } from '../query/index.ts';
import { checkDefinition, checkTraitDefinition } from './check-definition.ts';
import type { SandboxEdition } from './editions.ts';
import { Keys } from './keys.ts';
import { type Computation, profileEntity } from './people.ts';
import type {
  SandboxSeed,
  SeedAudience,
  SeedComputedTrait,
  SeedEntity,
  SeedEntityRow,
  SeedSpace,
} from './seed-file.ts';

/*
 * What is wrong with the content of a seed of the right form: duplicates, references to nothing,
 * and definitions that Segment would reject.
 */

/** Everything that is wrong, as `place: what is wrong; what is expected`. */
export function checkSeed({ spaces }: SandboxSeed, edition: SandboxEdition): string[] {
  const audienceIds = new Unique('id');
  const spaceIds = new Unique('id');
  return spaces.flatMap((space, index) => {
    const place = `spaces[${index}]`;
    return [
      ...spaceIds.add(space.id, `${place}.id`),
      ...checkEntities(space.entities ?? [], `${place}.entities`),
      ...(edition === 'v1alpha' ? withoutLinked(space, place) : []),
      ...checkComputed(space, place, audienceIds),
      ...checkPeople(space, place),
    ];
  });
}

/** In 2024 there were no linked audiences. */
function withoutLinked({ audiences = [] }: SeedSpace, place: string): string[] {
  return audiences.flatMap(({ audienceType }, index) =>
    audienceType === 'LINKED'
      ? [
          `${place}.audiences[${index}].audienceType: the edition v1alpha has no LINKED; expected USERS or ACCOUNTS`,
        ]
      : [],
  );
}

/** Strings that must be unique. */
class Unique {
  readonly #what: string;
  readonly #seen = new Set<string>();

  constructor(what: string) {
    this.#what = what;
  }

  /** The problem with an id that was used before. */
  add(id: string, place: string): string[] {
    if (this.#seen.has(id)) {
      return [`${place}: "${id}" is already used; expected another ${this.#what}`];
    }
    this.#seen.add(id);
    return [];
  }

  get ids(): readonly string[] {
    return [...this.#seen];
  }
}

/** How many of the expected names are listed. */
const maxNames = 20;

/**
 * The problem with a reference to nothing. @param what the expected reference, such as
 * `the key of …`.
 */
function unknown(place: string, given: string, what: string, known: readonly string[]): string {
  const shown = known.slice(0, maxNames).join(', ');
  const more = known.length > maxNames ? ', …' : '';
  const choice = known.length > 0 ? `one of ${shown}${more}` : 'but there are none';
  return `${place}: "${given}" is unknown; expected ${what}, ${choice}`;
}

function checkEntities(entities: readonly SeedEntity[], place: string): string[] {
  const unique = new Unique('slug');
  // A parent comes before its children, so that no chain of parents is circular.
  return entities.flatMap(({ slug, parent }, index) => {
    const here = `${place}[${index}]`;
    const before = unique.ids;
    const twice = unique.add(slug, `${here}.slug`);
    if (parent === undefined || before.includes(parent)) return twice;
    return [
      ...twice,
      unknown(`${here}.parent`, parent, 'the slug of an entity listed before it', before),
    ];
  });
}

/** A definition that has been given a key. */
interface Keyed {
  key: string;
  place: string;
  computation: Computation;
}

function checkComputed(space: SeedSpace, place: string, ids: Unique): string[] {
  const { audiences = [], entities = [] } = space;
  const keyed = keyedIn(space, place);
  const keys = new Unique('key');
  return [
    ...keyed.flatMap(({ key, place: here }) => keys.add(key, `${here}.key`)),
    ...audiences.flatMap((audience, index) => {
      const here = `${place}.audiences[${index}]`;
      const { id } = audience;
      const twice = id === undefined ? [] : ids.add(id, `${here}.id`);
      return [...twice, ...checkLevel(audience, here, entities)];
    }),
    ...checkDefinitions(keyed),
    ...checkDestinations(space, place, keyed),
  ];
}

/** Everything that gets a key, in order. */
function keyedIn({ audiences = [], computedTraits = [] }: SeedSpace, place: string): Keyed[] {
  const keys = new Keys();
  const ofTraits = computedTraits.map((trait, index) => ({
    key: keys.take(keys.next(trait.name)),
    place: `${place}.computedTraits[${index}]`,
    computation: ofTrait(trait),
  }));
  const ofAudiences = audiences.map((audience, index) => ({
    key: keys.take(audience.key ?? keys.next(audience.name)),
    place: `${place}.audiences[${index}]`,
    computation: ofAudience(audience),
  }));
  return [...ofTraits, ...ofAudiences];
}

function checkDefinitions(keyed: readonly Keyed[]): string[] {
  const byKey = new Map(keyed.map(({ key, computation }) => [key, computation]));
  const findByKey = (key: string) => byKey.get(key);
  return keyed.flatMap(({ key, place, computation }) => {
    const found =
      computation.purpose === 'audience'
        ? checkDefinition({ key }, computation, findByKey)
        : checkTraitDefinition(key, computation, findByKey);
    return found.map(({ message }) => {
      const text = message.replace('"definition.query" ', '');
      const wrong = text.endsWith('.') ? text.slice(0, -1) : text;
      return `${place}.definition.query: ${wrong}; expected ${expectedOf(computation)}`;
    });
  });
}

function checkDestinations(
  { destinations = [] }: SeedSpace,
  place: string,
  keyed: readonly Keyed[],
): string[] {
  const keys = keyed.flatMap(({ key, computation }) =>
    computation.purpose === 'audience' ? [key] : [],
  );
  return destinations.flatMap(({ audiences }, index) =>
    audiences.flatMap(({ audience }, number) => {
      const here = `${place}.destinations[${index}].audiences[${number}].audience`;
      return keys.includes(audience)
        ? []
        : [unknown(here, audience, 'the key of an audience', keys)];
    }),
  );
}

function ofAudience({ audienceType, definition: { query } }: SeedAudience): Computation {
  return { purpose: 'audience', query, level: levelFrom(audienceType) };
}

function ofTrait({ definition: { query, type } }: SeedComputedTrait): Computation {
  return { purpose: 'trait', query, level: levelFrom(type) };
}

function levelFrom(type: string): Level {
  return levelOf(type) ?? 'users';
}

function expectedOf({ purpose, level }: Computation): string {
  const what = purpose === 'audience' ? 'an audience' : 'a computed trait';
  return `a valid definition of ${what} of the type ${level.toUpperCase()}`;
}

/** What only linked audiences have, and what only historical data allows. */
function checkLevel(
  { audienceType, definition: { targetEntity }, options = {}, schedules }: SeedAudience,
  place: string,
  entities: readonly SeedEntity[],
): string[] {
  const problems: string[] = [];
  const isLinked = audienceType === 'LINKED';
  const only = `only with the audienceType LINKED, but this is ${audienceType}`;
  if (schedules && !isLinked) problems.push(`${place}.schedules: is not allowed; expected ${only}`);
  if (targetEntity !== undefined) {
    const here = `${place}.definition.targetEntity`;
    const slugs = [profileEntity, ...entities.map(({ slug }) => slug)];
    if (!isLinked) problems.push(`${here}: is not allowed; expected ${only}`);
    else if (!slugs.includes(targetEntity)) {
      problems.push(unknown(here, targetEntity, 'the slug of an entity', slugs));
    }
  }
  if (options.backfillEventDataDays !== undefined && options.includeHistoricalData !== true) {
    problems.push(
      `${place}.options.backfillEventDataDays: is not allowed; expected only with includeHistoricalData true`,
    );
  }
  return problems;
}

function checkPeople(
  { profiles = [], accounts = [], entities = [] }: SeedSpace,
  place: string,
): string[] {
  const unique = new Unique('id');
  const ofProfiles = profiles.flatMap(({ id, entities: rows = {} }, index) => {
    const here = `${place}.profiles[${index}]`;
    return [
      ...unique.add(id, `${here}.id`),
      ...checkRows(rows, undefined, `${here}.entities`, entities),
    ];
  });
  const known = unique.ids;
  const isKnown = new Set(known);
  const ofAccounts = accounts.flatMap(({ id, users = [] }, index) => {
    const here = `${place}.accounts[${index}]`;
    const strangers = users.flatMap((user, number) =>
      isKnown.has(user)
        ? []
        : [unknown(`${here}.users[${number}]`, user, 'the id of a profile', known)],
    );
    return [...unique.add(id, `${here}.id`), ...strangers];
  });
  return [...ofProfiles, ...ofAccounts];
}

/** @param parent the slug of the relationship that the rows follow. */
function checkRows(
  rows: Readonly<Record<string, readonly SeedEntityRow[]>>,
  parent: string | undefined,
  place: string,
  entities: readonly SeedEntity[],
): string[] {
  const slugs = entities.flatMap((each) => (each.parent === parent ? [each.slug] : []));
  const after = parent === undefined ? 'without a parent' : `with the parent ${parent}`;
  return Object.entries(rows).flatMap(([slug, records]) => {
    const here = `${place}.${slug}`;
    if (!slugs.includes(slug))
      return [unknown(here, slug, `the slug of an entity ${after}`, slugs)];
    return records.flatMap(({ entities: below = {} }, index) =>
      checkRows(below, slug, `${here}[${index}].entities`, entities),
    );
  });
}
