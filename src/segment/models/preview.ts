import * as z from 'zod';
import { definitionSchema, sizeSchema } from './audience.ts';
import { lenient, text } from './lenient.ts';

/**
 * A preview of a definition (model `AudiencePreview`): how many members it would have, without
 * creating an audience. `status` is RUNNING, COMPLETED or FAILED; `size` and `results` come with
 * COMPLETED only. An entry of `results` is a profile, an account or an entity; they share only
 * `id`.
 */
export const previewSchema = z.lazy(() =>
  z.looseObject({
    id: z.string(),
    audienceType: text(),
    definition: lenient(definitionSchema),
    status: text(),
    size: lenient(sizeSchema),
    results: lenient(z.array(z.looseObject({ id: text() }))),
    failureReason: text(),
  }),
);
export type Preview = z.infer<typeof previewSchema>;
