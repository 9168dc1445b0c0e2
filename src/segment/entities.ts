import * as z from 'zod';

/*
 * The wire of the Audiences API, edition v1alpha. Objects are loose and lists of words are open, so
 * that a field or a status that Segment adds one day passes through to the agent untouched.
 */

export const definitionSchema = z
  .looseObject({
    query: z.string().describe("The audience's rule in Segment's query language"),
    type: z.string().optional().describe('users or accounts'),
  })
  .describe('Null when Segment shows none');

/** One audience as Segment describes it (its model `AudienceSummary`). */
export const audienceSchema = z.looseObject({
  id: z.string(),
  spaceId: z.string(),
  name: z.string(),
  description: z.string().nullish(),
  key: z.string().describe('The trait name on profiles; never reused'),
  enabled: z.boolean(),
  definition: definitionSchema.nullish(),
  status: z.string().nullish().describe('Such as Computing, Live, Disabled, Failed'),
  createdBy: z.string().nullish(),
  updatedBy: z.string().nullish(),
  createdAt: z.string().nullish(),
  updatedAt: z.string().nullish(),
  options: z
    .looseObject({
      includeHistoricalData: z.boolean().nullish(),
      includeAnonymousUsers: z.boolean().nullish(),
    })
    .nullish(),
});
export type Audience = z.infer<typeof audienceSchema>;

export const paginationSchema = z.looseObject({
  current: z.string().nullish(),
  next: z.string().nullish().describe("The next page's cursor; absent or null on the last page"),
  previous: z.string().nullish(),
  totalEntries: z.number().nullish(),
});
export type Pagination = z.infer<typeof paginationSchema>;

export const audienceAnswerSchema = z.looseObject({ audience: audienceSchema });

export const audiencesAnswerSchema = z.looseObject({
  audiences: z.array(audienceSchema),
  pagination: paginationSchema,
});

export const statusAnswerSchema = z.looseObject({ status: z.string() });

/** One entry of Segment's error envelope `{"errors": […]}`. */
export const errorEntrySchema = z.looseObject({
  type: z.string().nullish(),
  message: z.string().nullish(),
  field: z.string().nullish(),
  data: z.unknown().optional(),
});
export const errorEnvelopeSchema = z.looseObject({ errors: z.array(errorEntrySchema) });
export type ErrorEntry = z.infer<typeof errorEntrySchema>;

/** The level an audience is computed at. */
export type DefinitionType = 'users' | 'accounts';

/** Segment's `CreateAudienceAlphaInput`. */
export interface CreateAudienceInput {
  name: string;
  description?: string;
  enabled?: boolean;
  definition: { query: string; type: DefinitionType };
  options?: { includeHistoricalData?: boolean; includeAnonymousUsers?: boolean };
}

/** Segment's `UpdateAudienceForSpaceInput`; what is left out stays as it is. */
export interface UpdateAudienceInput {
  name?: string;
  description?: string;
  enabled?: boolean;
  definition?: { query: string; type: string };
}
