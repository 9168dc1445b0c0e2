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
 * What a seed of the right form says wrong: what is there twice, what refers to nothing, and
 * definitions that Segment would refuse.
 */

/** Everything that is wrong, as `place: what is wrong; what is expected`. */
export function checkSeed({ spaces }: SandboxSeed, edition: SandboxEdition): string[] {
  const audienceIds = new Unique('an audience');
  const spaceIds = new Unique('a space');
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

/** Ids that are to be there only once. */
class Unique {
  readonly #what: string;
  readonly #seen = new Set<string>();

  constructor(what: string) {
    this.#what = what;
  }

  /** The problem that an id was there before. */
  add(id: string, place: string): string[] {
    if (this.#seen.has(id)) {
      return [`${place}: "${id}" is there already; expected the id of ${this.#what} only once`];
    }
    this.#seen.add(id);
    return [];
  }

  get ids(): readonly string[] {
    return [...this.#seen];
  }
}

function unknown(place: string, given: string, what: string, known: readonly string[]): string {
  const choice =
    known.length > 0 ? `one of ${known.join(', ')}` : `no such field: there are no ${what}`;
  return `${place}: "${given}" is not among the ${what} of the space; expected ${choice}`;
}

function checkEntities(entities: readonly SeedEntity[], place: string): string[] {
  const unique = new Unique('a relationship');
  // A parent stands before its children, so that no chain of parents comes back to itself.
  return entities.flatMap(({ slug, parent }, index) => {
    const here = `${place}[${index}]`;
    const before = unique.ids;
    const twice = unique.add(slug, `${here}.slug`);
    if (parent === undefined || before.includes(parent)) return twice;
    return [...twice, unknown(`${here}.parent`, parent, 'entities before it', before)];
  });
}

/** A definition that has been given a key. */
interface Keyed {
  key: string;
  place: string;
  computation: Computation;
}

function checkComputed(space: SeedSpace, place: string, ids: Unique): string[] {
  const { audiences = [], computedTraits = [], destinations = [], entities = [] } = space;
  const keys = new Keys();
  const taken = new Unique('a key');
  const problems: string[] = [];
  const keyed: Keyed[] = computedTraits.map((trait, index) => {
    const key = keys.take(keys.next(trait.name));
    taken.add(key, '');
    return { key, place: `${place}.computedTraits[${index}]`, computation: ofTrait(trait) };
  });
  for (const [index, audience] of audiences.entries()) {
    const here = `${place}.audiences[${index}]`;
    const key = keys.take(audience.key ?? keys.next(audience.name));
    problems.push(...taken.add(key, `${here}.key`));
    if (audience.id !== undefined) problems.push(...ids.add(audience.id, `${here}.id`));
    problems.push(...checkLevel(audience, here, entities));
    keyed.push({ key, place: here, computation: ofAudience(audience) });
  }
  const findByKey = (key: string) => keyed.find((each) => each.key === key)?.computation;
  for (const { key, place: here, computation } of keyed) {
    const found =
      computation.purpose === 'audience'
        ? checkDefinition({ key }, computation, findByKey)
        : checkTraitDefinition(key, computation, findByKey);
    for (const { message } of found) {
      const wrong = message.replace('"definition.query" ', '');
      problems.push(`${here}.definition.query: ${wrong}; expected ${expectedOf(computation)}`);
    }
  }
  const audienceKeys = keyed.flatMap(({ key, computation }) =>
    computation.purpose === 'audience' ? [key] : [],
  );
  for (const [index, destination] of destinations.entries()) {
    for (const [number, { audience }] of destination.audiences.entries()) {
      if (audienceKeys.includes(audience)) continue;
      const here = `${place}.destinations[${index}].audiences[${number}].audience`;
      problems.push(unknown(here, audience, 'keys of the audiences', audienceKeys));
    }
  }
  return problems;
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
  const only = `only with the audienceType LINKED, and this is ${audienceType}`;
  if (schedules && !isLinked) problems.push(`${place}.schedules: is not allowed; expected ${only}`);
  if (targetEntity !== undefined) {
    const here = `${place}.definition.targetEntity`;
    const slugs = [profileEntity, ...entities.map(({ slug }) => slug)];
    if (!isLinked) problems.push(`${here}: is not allowed; expected ${only}`);
    else if (!slugs.includes(targetEntity)) {
      problems.push(unknown(here, targetEntity, 'entities', slugs));
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
  const unique = new Unique('a profile or account');
  const ofProfiles = profiles.flatMap(({ id, entities: rows = {} }, index) => {
    const here = `${place}.profiles[${index}]`;
    return [
      ...unique.add(id, `${here}.id`),
      ...checkRows(rows, undefined, `${here}.entities`, entities),
    ];
  });
  const known = unique.ids;
  const ofAccounts = accounts.flatMap(({ id, users = [] }, index) => {
    const here = `${place}.accounts[${index}]`;
    const strangers = users.flatMap((user, number) =>
      known.includes(user)
        ? []
        : [`${here}.users[${number}]: "${user}" is not known; expected the id of a profile`],
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
  return Object.entries(rows).flatMap(([slug, records]) => {
    const here = `${place}.${slug}`;
    if (!slugs.includes(slug)) return [unknown(here, slug, 'entities that can stand here', slugs)];
    return records.flatMap(({ entities: below = {} }, index) =>
      checkRows(below, slug, `${here}[${index}].entities`, entities),
    );
  });
}
