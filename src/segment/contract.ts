import * as z from 'zod';

/*
 * What each operation of the API takes and gives, whatever the edition. Inputs are neutral: an
 * edition's row makes the request from them. Outputs are what stands under `data` in Segment's
 * responses, unchanged, with the fields of all editions.
 *
 * Reading is lenient: only `id` is required of an audience. A field that is absent, null or of
 * another type counts as unknown, and whatever Segment adds passes through untouched. The schemas
 * are made when first needed: a client that only lists the tools should not wait for them.
 */

/** A field that Segment may leave out, set to null, or one day change. */
const lenient = <Schema extends z.ZodType>(schema: Schema) => schema.nullish().catch(undefined);
const text = () => lenient(z.string());

export const definitionSchema = z.lazy(() =>
  z
    .looseObject({
      query: text().describe("The audience's rule in Segment's query language"),
      type: text().describe('users or accounts; today in audienceType'),
      targetEntity: text().describe('Linked audiences only: the entity that is the member'),
    })
    .describe('Null when Segment shows none'),
);

export const optionsSchema = z.lazy(() =>
  z.looseObject({
    includeHistoricalData: lenient(z.boolean()),
    includeAnonymousUsers: lenient(z.boolean()),
    filterByExternalIds: lenient(z.array(z.string())),
    backfillEventDataDays: lenient(z.number()),
  }),
);

/** One audience, in Segment's models `AudienceSummary…` of every edition. */
export const audienceSchema = z.lazy(() =>
  z.looseObject({
    id: z.string(),
    spaceId: text(),
    name: text(),
    description: text(),
    key: text().describe('The trait name on profiles; never reused'),
    enabled: lenient(z.boolean()),
    audienceType: text().describe('USERS, ACCOUNTS or LINKED'),
    definition: lenient(definitionSchema),
    status: text().describe('Such as Computing, Live, Disabled, Failed'),
    computeCadence: lenient(z.looseObject({ type: text().describe('REALTIME or BATCH') })),
    size: lenient(
      z.looseObject({
        type: text().describe('What is counted'),
        count: lenient(z.number()),
        uniqueCount: lenient(z.number()),
      }),
    ),
    options: lenient(optionsSchema),
    createdBy: text(),
    updatedBy: text(),
    createdAt: text(),
    updatedAt: text(),
  }),
);
export type Audience = z.infer<typeof audienceSchema>;

export const paginationSchema = z.lazy(() =>
  z.looseObject({
    current: text(),
    next: text().describe("The next page's cursor; absent or null on the last page"),
    previous: text(),
    totalEntries: lenient(z.number()),
  }),
);
export type Pagination = z.infer<typeof paginationSchema>;

/** What an audience is made of: the users of a space, its accounts, or entities linked to them. */
export const audienceTypes = ['users', 'accounts', 'linked'] as const;
export type AudienceType = (typeof audienceTypes)[number];

interface InSpace {
  spaceId: string;
}

interface OneAudience extends InSpace {
  id: string;
}

/** A page of a list. */
export interface PageInput extends InSpace {
  /** Rows wanted, 1 to 1000. More than the edition gives at once are read in several requests. */
  count: number;
  /** From an earlier page. */
  cursor?: string;
  /** Whether the requests that this takes may be made as the quota allows, one after the other. */
  isPatient?: boolean;
}

/** The options of an audience that an update can change. */
export interface ChangeableOptions {
  includeHistoricalData?: boolean;
  filterByExternalIds?: readonly string[];
  backfillEventDataDays?: number;
}

/** An audience that is to be made. */
export interface NewAudience extends InSpace, ChangeableOptions {
  name: string;
  query: string;
  type: AudienceType;
  targetEntity?: string;
  description?: string;
  enabled?: boolean;
  includeAnonymousUsers?: boolean;
}

/** A change of an audience; what is left out stays as it is. */
export interface AudienceChange extends OneAudience {
  name?: string;
  description?: string;
  enabled?: boolean;
  query?: string;
  /** The type of the audience, which some editions want again with a query. */
  type?: AudienceType;
  /** All three, or none: whether Segment merges or replaces them is not stated. */
  options?: ChangeableOptions;
}

/** A response with one audience. */
export interface AudienceOutput {
  audience: Audience;
}

/** A page, or several joined ones. */
export interface AudiencesOutput {
  audiences: Audience[];
  pagination: Pagination;
  /** Where the rows may end early: after so many, with the cursor that goes on there. */
  breaks?: readonly { rows: number; next: string }[];
}

/** Segment's word for a removal, `SUCCESS`; anything else does not say that it was done. */
export interface StatusOutput {
  status?: string;
}

/** Every operation: what it takes and what it gives. */
export interface Contract {
  create_audience: { takes: NewAudience; gives: AudienceOutput };
  get_audience: { takes: OneAudience; gives: AudienceOutput };
  list_audiences: { takes: PageInput; gives: AudiencesOutput };
  remove_audience_from_space: { takes: OneAudience; gives: StatusOutput };
  update_audience_for_space: { takes: AudienceChange; gives: AudienceOutput };
}

export type OperationName = keyof Contract;
export type Input<Name extends OperationName> = Contract[Name]['takes'];
export type Output<Name extends OperationName> = Contract[Name]['gives'];

/**
 * The type of an audience, from whichever field has it; undefined where none does, or one that is
 * not known here.
 */
export function typeOf(audience: Pick<Audience, 'audienceType' | 'definition'>) {
  const word = (audience.audienceType ?? audience.definition?.type)?.toLowerCase();
  return audienceTypes.find((type) => type === word);
}

/** The space that an operation is about; undefined for one that is about the whole workspace. */
export function spaceIn(input: Input<OperationName>): string | undefined {
  return 'spaceId' in input ? input.spaceId : undefined;
}

/** The audiences in the output of any operation. */
export function audiencesIn(output: Output<OperationName>): readonly Audience[] {
  if ('audiences' in output) return output.audiences;
  return 'audience' in output ? [output.audience] : [];
}
