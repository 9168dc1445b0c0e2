import type { SampleAccount, SampleProfile } from './sample.ts';
import type { Seed } from './seed.ts';
import type {
  SandboxSeed,
  SeedAccount,
  SeedAudience,
  SeedProfile,
  SeedSpace,
  SeedTime,
} from './seed-file.ts';
import { readSeedTime } from './seed-times.ts';
import type { Plans, SpacePlan } from './space-state.ts';

const levels = { USERS: 'users', ACCOUNTS: 'accounts', LINKED: 'linked' } as const;

/** Turns a checked seed into what the spaces start with. */
export function plansOfSeed({ spaces }: SandboxSeed): Plans {
  return (now) => spaces.map((space) => new PlanMaker(now).space(space));
}

/** Makes plans, with all times relative to the start. */
class PlanMaker {
  readonly #now: number;

  constructor(now: number) {
    this.#now = now;
  }

  space(space: SeedSpace): SpacePlan {
    const { id, slug = id, name = id, profiles = [], accounts = [], events = [] } = space;
    const { audiences = [], computedTraits = [], entities = [], destinations = [] } = space;
    return {
      id,
      slug,
      name,
      audiences: audiences.map((audience) => this.#audience(audience)),
      computedTraits: computedTraits.map(({ definition, createdAt, ...trait }) => ({
        ...trait,
        definition: { query: definition.query, level: levels[definition.type] },
        createdAt: this.#time(createdAt),
      })),
      people: () => {
        const people = profiles.map((profile) => this.#profile(profile));
        return {
          profiles: people,
          accounts: accounts.map((each) => accountOf(each, people)),
          outcomes: new Map(),
        };
      },
      events: events.map(({ lastSeenAt, ...event }) => ({
        ...event,
        lastSeenAt: this.#time(lastSeenAt),
      })),
      relationships: entities.map(({ slug: ofRelationship, primaryKey, parent, ...entity }) => ({
        slug: ofRelationship,
        entity: {
          slug: entity.entitySlug ?? ofRelationship,
          name: entity.name ?? ofRelationship,
        },
        primaryKey,
        parent,
      })),
      destinations,
    };
  }

  #audience({ audienceType, definition, options, ...audience }: SeedAudience): Seed {
    const { createdAt, updatedAt } = audience;
    return {
      ...audience,
      definition: { ...definition, level: levels[audienceType] },
      options: options && {
        ...options,
        filterByExternalIds: options.filterByExternalIds && [...options.filterByExternalIds],
      },
      createdAt: this.#time(createdAt),
      updatedAt: this.#time(updatedAt),
    };
  }

  #profile({ id, traits = {}, events = [], entities, externalIds }: SeedProfile): SampleProfile {
    const done = events.map(({ at, ...event }) => ({ ...event, at: this.#time(at) ?? this.#now }));
    done.sort((a, b) => a.at - b.at);
    return { id, traits, events: done, entities, externalIds };
  }

  #time(text: SeedTime | undefined): number | undefined {
    return text === undefined ? undefined : readSeedTime(text, this.#now);
  }
}

function accountOf(
  { id, traits = {}, users = [] }: SeedAccount,
  profiles: readonly SampleProfile[],
): SampleAccount {
  const members = profiles.filter((profile) => users.includes(profile.id));
  return { id, traits, events: [], users: members };
}
