import * as z from 'zod';
import { flag, lenient, text } from './lenient.ts';

/*
 * What definitions of a space may refer to (Segment's tag Space Schema).
 */

const samples = () => lenient(z.array(z.unknown()));

/** `type` is TRACK, PAGE, SCREEN, IDENTIFY, GROUP or ALIAS. */
export const eventSchema = z.lazy(() =>
  z.looseObject({ name: z.string(), type: text(), lastSeenAt: text() }),
);
export type SchemaEvent = z.infer<typeof eventSchema>;

/** `type` is PROPERTY or CONTEXT. */
export const eventPropertySchema = z.lazy(() =>
  z.looseObject({ name: z.string(), type: text(), lastSeenAt: text(), samples: samples() }),
);
export type EventProperty = z.infer<typeof eventPropertySchema>;

/** `type` is CUSTOM, COMPUTED, SQL or AUDIENCE. */
export const traitSchema = z.lazy(() =>
  z.looseObject({ trait: z.string(), type: text(), lastSeenAt: text(), samples: samples() }),
);
export type SchemaTrait = z.infer<typeof traitSchema>;

/** A path to an entity; `entity('…')` and `targetEntity` take its slugs. */
export const entityPathSchema = z.lazy(() =>
  z.looseObject({
    id: text(),
    entityName: text(),
    pathName: text(),
    entitySlug: text(),
    relationshipSlugs: lenient(z.array(z.string())),
    childRelationshipSlugs: lenient(z.array(z.string())),
  }),
);
export type EntityPath = z.infer<typeof entityPathSchema>;

export const entityPropertySchema = z.lazy(() =>
  z.looseObject({ name: z.string(), primaryKey: flag(), dataType: text(), samples: samples() }),
);
export type EntityProperty = z.infer<typeof entityPropertySchema>;
