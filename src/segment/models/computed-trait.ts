import * as z from 'zod';
import { flag, lenient, text } from './lenient.ts';

/** A value that Segment computes for each profile (model `ComputedTraitSummary`). */
export const computedTraitSchema = z.lazy(() =>
  z.looseObject({
    id: z.string(),
    spaceId: text(),
    name: text(),
    description: text(),
    key: text().describe('The trait name on profiles; never reused'),
    enabled: flag(),
    definition: lenient(
      z.looseObject({
        query: text().describe("The trait's rule in Segment's query language"),
        type: text().describe('USERS or ACCOUNTS'),
      }),
    ),
    status: text().describe('Such as Computing, Live, Disabled, Failed'),
    createdBy: text(),
    updatedBy: text(),
    createdAt: text(),
    updatedAt: text(),
  }),
);
export type ComputedTrait = z.infer<typeof computedTraitSchema>;
