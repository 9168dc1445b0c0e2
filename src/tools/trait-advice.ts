import type { Audience } from '../segment/models/audience.ts';
import { quoted } from '../text/visible.ts';

/*
 * What Segment's product rules say about a computed trait. Sources: the notes of the API reference on
 * create and update (tag Computed Traits), and Segment's documentation of computed traits.
 */

const notInApp = 'Its definition can no longer be edited in the Segment app, only through the API.';

/** What follows from a create. */
export const consequencesOfCreateTrait = [
  'Let the first backfill finish before the next edit (status Live): editing earlier causes errors.',
  'Its key is derived from the name and never changes; it can never be reused, even after the trait is removed.',
  notInApp,
];

/** What there is to know once it is created. @param foundAfterLoss whether the response was lost. */
export function adviceAfterCreateTrait(foundAfterLoss: boolean): string[] {
  const lost =
    "Segment's response was lost, but the trait was created: a search found a new one with this name and definition. Do not create it again.";
  return foundAfterLoss ? [lost, ...consequencesOfCreateTrait] : consequencesOfCreateTrait;
}

/** What follows from an update. @param redefined whether its definition changes. */
export function consequencesOfUpdateTrait(redefined: boolean): string[] {
  const locked =
    'It will then be locked against further edits until Segment has processed this change.';
  return redefined ? [locked, notInApp] : [locked];
}

/** The same, once it is done. */
export function adviceAfterUpdateTrait(redefined: boolean): string[] {
  const locked =
    'It is locked against further edits until Segment has processed this change; check its status with get_computed_trait first.';
  return redefined ? [locked, notInApp] : [locked];
}

/** What follows from a removal. */
export const consequencesOfRemoveTrait = ['Its key can never be used again.'];

export function adviceAfterRemoveTrait({ key }: Audience): string[] {
  const recreate =
    'To recreate it, pass these to create_computed_trait: name, description, enabled, definition.query as query, definition.type as type, and the fields of options; omit what is null. It gets a new id and key.';
  return key ? [`Never use the key ${quoted(key)} for another trait.`, recreate] : [recreate];
}
