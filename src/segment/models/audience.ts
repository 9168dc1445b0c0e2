import * as z from 'zod';
import { flag, lenient, number, text } from './lenient.ts';

/*
 * Audiences as in Segment's responses, with the fields of all editions. Only `id` is required. The
 * schemas are made when first needed, so that a client that only lists the tools does not wait for
 * them.
 */

/** Null when Segment shows none. */
export const definitionSchema = z.lazy(() =>
  z.looseObject({
    query: text().describe("In Segment's query language"),
    type: text().describe('Now in audienceType'),
    targetEntity: text().describe('Linked only: the member'),
  }),
);

export const optionsSchema = z.lazy(() =>
  z.looseObject({
    includeHistoricalData: flag(),
    includeAnonymousUsers: flag(),
    filterByExternalIds: lenient(z.array(z.string())),
    backfillEventDataDays: number(),
  }),
);

/** How many members there are (model `AudienceSize`). */
export const sizeSchema = z.lazy(() =>
  z.looseObject({
    type: text().describe('What is counted'),
    count: number(),
    uniqueCount: number(),
  }),
);

/** One audience, in Segment's models `AudienceSummary…` of every edition. */
export const audienceSchema = z.lazy(() =>
  z.looseObject({
    id: z.string(),
    spaceId: text(),
    name: text(),
    description: text(),
    key: text().describe('Trait name on profiles; never reused'),
    enabled: flag(),
    audienceType: text().describe('USERS, ACCOUNTS or LINKED'),
    definition: lenient(definitionSchema),
    status: text().describe('Such as Computing, Live, Disabled, Failed'),
    computeCadence: lenient(z.looseObject({ type: text().describe('REALTIME or BATCH') })),
    size: lenient(sizeSchema),
    options: lenient(optionsSchema),
    createdBy: text(),
    updatedBy: text(),
    createdAt: text(),
    updatedAt: text(),
  }),
);
export type Audience = z.infer<typeof audienceSchema>;

/** What the members are: the users of a space, its accounts, or entities linked to them. */
export const audienceTypes = ['users', 'accounts', 'linked'] as const;
export type AudienceType = (typeof audienceTypes)[number];

/**
 * The type of an audience, from whichever field has it; undefined if none does, or if it is
 * unknown.
 */
export function typeOf(audience: Pick<Audience, 'audienceType' | 'definition'>) {
  const word = (audience.audienceType ?? audience.definition?.type)?.toLowerCase();
  return audienceTypes.find((type) => type === word);
}
