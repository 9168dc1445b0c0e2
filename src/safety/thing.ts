import type { SegmentApi } from '../segment/api.ts';
import type { CallContext } from '../segment/call.ts';
import { audiencesIn, type OperationName, type Output } from '../segment/contract.ts';
import { type Audience, audienceSchema, typeOf } from '../segment/models/audience.ts';
import type { ComputedTrait } from '../segment/models/computed-trait.ts';
import { readTraits } from '../segment/read-traits.ts';
import { readSpace } from '../segment/space.ts';

/**
 * What has to be known about a kind of thing in order to write it safely. Everything is written as
 * an audience: things of other kinds have some of its fields.
 */
export interface ThingKind {
  noun: 'audience' | 'computed trait';
  /** The same with its article. */
  one: string;
  /** The field in which results and errors show one. */
  field: 'audience' | 'computedTrait';
  /** What its definition has to result in. */
  purpose: 'audience' | 'trait';
  /** What its definition does now, and what the new definition will do. */
  does: { now: string; later: string };
  /** What Segment computes of it. */
  content: 'members' | 'values';
  /** Words for having no dependents. */
  noDependents: string;
  /** The tools that errors point to. */
  tools: { get: string; list: string; create: string };
  /** Reads one. */
  read(api: SegmentApi, one: { spaceId: string; id: string }, call: CallContext): Promise<Audience>;
  /** Reads those of a whole space; `complete` is false if it has more than are read. */
  readAll(
    api: SegmentApi,
    spaceId: string,
    call: CallContext,
  ): Promise<{ things: Audience[]; complete: boolean }>;
}

export const audiences: ThingKind = {
  noun: 'audience',
  one: 'an audience',
  field: 'audience',
  purpose: 'audience',
  does: { now: 'It holds', later: 'It will hold' },
  content: 'members',
  noDependents: 'no other audience in the space.',
  tools: { get: 'get_audience', list: 'list_audiences', create: 'create_audience' },
  read: async (api, one, call) => (await api.send('get_audience', one, call)).audience,
  async readAll(api, spaceId, call) {
    const { audiences: things, complete } = await readSpace(api, spaceId, call);
    return { things, complete };
  },
};

/** Audiences with their schedules, which only linked ones have. */
export const scheduledAudiences: ThingKind = {
  ...audiences,
  async read(api, one, call) {
    const audience = await audiences.read(api, one, call);
    if ((typeOf(audience) ?? 'linked') !== 'linked') return audience;
    const { audienceSchedules: schedules } = await api.send(
      'list_audience_schedules_from_space_and_audience',
      one,
      call,
    );
    return { ...audience, schedules };
  },
};

export const computedTraits: ThingKind = {
  noun: 'computed trait',
  one: 'a computed trait',
  field: 'computedTrait',
  purpose: 'trait',
  does: { now: 'It computes', later: 'It will compute' },
  content: 'values',
  noDependents: 'no audience in the space.',
  tools: {
    get: 'get_computed_trait',
    list: 'list_computed_traits',
    create: 'create_computed_trait',
  },
  async read(api, one, call) {
    const { computedTrait } = await api.send('get_computed_trait', one, call);
    return traitAsThing(computedTrait);
  },
  async readAll(api, spaceId, call) {
    const { traits, complete } = await readTraits(api, spaceId, call);
    return { things: traits.map(traitAsThing), complete };
  },
};

/** The things in the output of any operation. */
export function thingsIn(output: Output<OperationName>): readonly Audience[] {
  if ('computedTrait' in output) return [traitAsThing(output.computedTrait)];
  if ('computedTraits' in output) return output.computedTraits.map(traitAsThing);
  return audiencesIn(output);
}

/** A computed trait as a thing to write: its other fields are read like those of an audience. */
export function traitAsThing(trait: ComputedTrait): Audience {
  return audienceSchema.parse(trait);
}
