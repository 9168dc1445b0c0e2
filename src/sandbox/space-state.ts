import { once } from '../once.ts';
import { Audiences } from './audiences.ts';
import { ComputedTraits, type PlantedTrait } from './computed-traits.ts';
import { DataGraph, type Relationship } from './data-graph.ts';
import { Destinations, type PlantedDestination } from './destinations.ts';
import type { Ids } from './ids.ts';
import { Keys } from './keys.ts';
import type { KnownEvent } from './observed.ts';
import { type FindByKey, People } from './people.ts';
import { Previews } from './previews.ts';
import { Runs } from './runs.ts';
import type { Sample } from './sample.ts';
import { Schedules } from './schedules.ts';
import type { Seed } from './seed.ts';
import { SpaceSchema } from './space-schema.ts';
import type { Space } from './spaces.ts';

/** Makes what the spaces start with. @param now milliseconds since the epoch. */
export type Plans = (now: number) => readonly SpacePlan[];

/** What a space starts with. */
export interface SpacePlan extends Space {
  audiences: readonly Seed[];
  computedTraits: readonly PlantedTrait[];
  /** Makes the people; called on first use. */
  people: () => Sample;
  /** Events in addition to those that the people have done, and more about those. */
  events: readonly KnownEvent[];
  relationships: readonly Relationship[];
  destinations: readonly PlantedDestination[];
}

/** The present state of one space. */
export class SpaceState {
  readonly space: Space;
  readonly people: People;
  readonly audiences: Audiences;
  readonly computedTraits: ComputedTraits;
  readonly previews: Previews;
  readonly runs: Runs;
  readonly schedules: Schedules;
  readonly destinations: Destinations;
  readonly schema: SpaceSchema;

  /** @param now milliseconds since the epoch. */
  constructor(plan: SpacePlan, { ids, now }: { ids: Ids; now: () => number }) {
    const { id: spaceId, slug, name } = plan;
    const startedAt = now();
    const graph = new DataGraph(plan.relationships);
    const people = new People({
      sample: once(() => plan.people()),
      graph,
      now,
      findByKey: this.findByKey,
    });
    const surroundings = { spaceId, people, keys: new Keys(), ids };
    this.space = { id: spaceId, slug, name };
    this.people = people;
    this.audiences = new Audiences(surroundings);
    this.computedTraits = new ComputedTraits(surroundings);
    this.previews = new Previews(spaceId, people, ids);
    this.runs = new Runs(ids);
    this.schedules = new Schedules(this.audiences, this.runs, ids, now);
    for (const trait of plan.computedTraits) this.computedTraits.plant(trait);
    for (const { schedules = [], ...audience } of plan.audiences) {
      const { id } = this.audiences.plant(audience);
      for (const timing of schedules) this.schedules.add(id, timing);
    }
    const { audiences, computedTraits } = this;
    this.destinations = new Destinations(plan.destinations, { audiences, ids, startedAt });
    const { events } = plan;
    this.schema = new SpaceSchema({ people, events, audiences, computedTraits, startedAt });
  }

  /** Finds the traits that are computed here. */
  readonly findByKey: FindByKey = (key) =>
    this.audiences.findByKey(key) ?? this.computedTraits.findByKey(key);

  /** Brings the space up to the present; called before anything is read from it. */
  settle(): void {
    this.schedules.settle();
  }
}
