import type { Audience, AudienceType } from './models/audience.ts';
import type { ComputedTrait } from './models/computed-trait.ts';
import type { Activation, Connection } from './models/destination.ts';
import type { Pagination } from './models/pagination.ts';
import type { Preview } from './models/preview.ts';
import type { NewSchedule, Schedule } from './models/schedule.ts';
import type { Space, Workspace } from './models/space.ts';
import type {
  EntityPath,
  EntityProperty,
  EventProperty,
  SchemaEvent,
  SchemaTrait,
} from './models/space-schema.ts';

/*
 * The input and output of each operation of the API, whatever the edition. Inputs are neutral: an
 * edition's row makes the request from them. Outputs are the `data` of Segment's responses,
 * unchanged, with the fields of all editions.
 */

interface InSpace {
  spaceId: string;
}

/** One thing of a space: an audience, a preview, a computed trait. */
interface OneThing extends InSpace {
  id: string;
}

/** A page of any list. */
export interface Paged {
  /** Rows wanted, 1 to 1000. */
  count: number;
  /** From an earlier page. */
  cursor?: string;
}

/** A page of audiences; more than the edition returns at once are read in several requests. */
export interface PageInput extends InSpace, Paged {
  /** Only those whose key starts with this; up to 255 characters. */
  keyPrefix?: string;
  /** Whether the requests for this may be made one after the other, as the quota allows. */
  isPatient?: boolean;
}

/** The options of an audience that an update can change. */
export interface ChangeableOptions {
  includeHistoricalData?: boolean;
  filterByExternalIds?: readonly string[];
  backfillEventDataDays?: number;
}

/** An audience to create. */
export interface NewAudience extends InSpace, ChangeableOptions {
  name: string;
  query: string;
  type: AudienceType;
  targetEntity?: string;
  description?: string;
  enabled?: boolean;
  includeAnonymousUsers?: boolean;
}

/** The options of an audience as they will be. */
export interface ChangedOptions extends ChangeableOptions {
  /** As it is: it cannot be changed, but has to be kept. */
  includeAnonymousUsers?: boolean;
}

/** A change of an audience; omitted fields stay as they are. */
export interface AudienceChange extends OneThing {
  name?: string;
  description?: string;
  enabled?: boolean;
  query?: string;
  /** The type of the audience, which some editions require with a query. */
  type?: AudienceType;
  /** All of them, or none: Segment does not document whether it merges or replaces them. */
  options?: ChangedOptions;
}

/** A definition to preview. */
export interface PreviewInput extends InSpace {
  query: string;
  type: AudienceType;
  targetEntity?: string;
  filterByExternalIds?: readonly string[];
  backfillEventDataDays?: number;
}

interface OneSchedule extends OneThing {
  scheduleId: string;
}

/** What to search a list of names for. */
interface NameList extends InSpace, Paged {
  /** A part of the name. */
  search?: string;
}

/** A list of names whose values may be requested as well. */
interface SampledNameList extends NameList {
  /** How many values of each to return, 1 to 100; none if omitted. */
  samplesCount?: number;
}

/** A computed trait to create. */
export interface NewComputedTrait extends InSpace {
  name: string;
  query: string;
  type: Exclude<AudienceType, 'linked'>;
  description?: string;
  enabled?: boolean;
  includeHistoricalData?: boolean;
  includeAnonymousUsers?: boolean;
  backfillDurationDays?: number;
}

/** A change of a computed trait; omitted fields stay as they are. */
export interface ComputedTraitChange extends OneThing {
  name?: string;
  description?: string;
  enabled?: boolean;
  query?: string;
  /** The trait's present type; accompanies a query. */
  type?: Exclude<AudienceType, 'linked'>;
}

/** A response with one audience. */
export interface AudienceOutput {
  audience: Audience;
}

/** A page, or several joined ones. */
export interface AudiencesOutput {
  audiences: Audience[];
  pagination: Pagination;
  /** Where the rows may end early: after how many, and the cursor that continues there. */
  breaks?: readonly { rows: number; next: string }[];
}

/** Segment's word for a removal, `SUCCESS`; anything else does not mean that it was done. */
export interface StatusOutput {
  status?: string;
}

interface ScheduleOutput {
  audienceSchedule: Schedule;
}

interface ComputedTraitOutput {
  computedTrait: ComputedTrait;
}

/** A page of a list that Segment may return without its position. */
interface PageOutput {
  pagination?: Pagination | null;
}

/** Every operation, with its input and output. */
export interface Contract {
  create_audience: { takes: NewAudience; gives: AudienceOutput };
  get_audience: { takes: OneThing; gives: AudienceOutput };
  list_audiences: { takes: PageInput; gives: AudiencesOutput };
  remove_audience_from_space: { takes: OneThing; gives: StatusOutput };
  update_audience_for_space: { takes: AudienceChange; gives: AudienceOutput };
  create_audience_preview: { takes: PreviewInput; gives: { audiencePreview: { id: string } } };
  get_audience_preview: { takes: OneThing; gives: { audiencePreview: Preview } };
  list_audience_consumers_from_space_and_audience: {
    takes: OneThing & Paged;
    gives: AudiencesOutput;
  };
  list_audience_schedules_from_space_and_audience: {
    takes: OneThing;
    gives: { audienceSchedules: Schedule[] };
  };
  add_audience_schedule_to_audience: {
    takes: OneThing & { schedule: NewSchedule };
    gives: ScheduleOutput;
  };
  update_audience_schedule_for_audience: {
    takes: OneSchedule & { schedule: NewSchedule };
    gives: ScheduleOutput;
  };
  remove_audience_schedule_from_audience: { takes: OneSchedule; gives: StatusOutput };
  force_execute_audience_run: { takes: OneThing; gives: { run: { id: string } } };
  get_workspace: { takes: Record<string, never>; gives: { workspace: Workspace } };
  get_space: { takes: InSpace; gives: { space: Space | null } };
  list_spaces: { takes: Paged; gives: { spaces: Space[] } & PageOutput };
  list_destinations_from_audience: {
    takes: OneThing & Paged;
    gives: { connections: Connection[] } & PageOutput;
  };
  list_activations_from_audience: {
    takes: OneThing & Paged;
    gives: { activations: Activation[] } & PageOutput;
  };
  list_events: { takes: NameList; gives: { events: SchemaEvent[] } & PageOutput };
  list_properties_from_event: {
    takes: SampledNameList & { event: string };
    gives: { eventProperties: EventProperty[] } & PageOutput;
  };
  list_traits: {
    takes: SampledNameList & { collection: 'users' | 'accounts' };
    gives: { traits: SchemaTrait[] } & PageOutput;
  };
  list_entity_paths: { takes: NameList; gives: { entityPaths: EntityPath[] } & PageOutput };
  list_properties_from_entity: {
    takes: Omit<SampledNameList, 'search'> & { entity: string };
    gives: { entityProperties: EntityProperty[] } & PageOutput;
  };
  create_computed_trait: { takes: NewComputedTrait; gives: ComputedTraitOutput };
  get_computed_trait: { takes: OneThing; gives: ComputedTraitOutput };
  list_computed_traits: {
    takes: InSpace & Paged;
    gives: { computedTraits: ComputedTrait[] } & PageOutput;
  };
  update_computed_trait_for_space: { takes: ComputedTraitChange; gives: ComputedTraitOutput };
  remove_computed_trait_from_space: { takes: OneThing; gives: StatusOutput };
}

export type OperationName = keyof Contract;
export type Input<Name extends OperationName> = Contract[Name]['takes'];
export type Output<Name extends OperationName> = Contract[Name]['gives'];

/** The space of an operation; undefined for one on the whole workspace. */
export function spaceIn(input: Input<OperationName>): string | undefined {
  return 'spaceId' in input ? input.spaceId : undefined;
}

/** The audiences in the output of any operation. */
export function audiencesIn(output: Output<OperationName>): readonly Audience[] {
  if ('audiences' in output) return output.audiences;
  return 'audience' in output ? [output.audience] : [];
}
