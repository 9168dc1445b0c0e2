import type { NewAudience } from '../segment/contract.ts';
import type { EditionName } from '../segment/editions/row.ts';
import type { Audience } from '../segment/models/audience.ts';
import { quoted, quotedPlainly } from '../visible.ts';

/*
 * What Segment's product rules say about an audience in its present state. Sources: the notes of
 * the API reference on create and update, and Segment's documentation of audiences.
 */

/** Only the reference of the 2024 edition says so; today's no longer does (since February 2026). */
const notInApp = (edition: EditionName): string[] =>
  edition === 'v1alpha'
    ? ['Its definition can no longer be edited in the Segment app, only through the API.']
    : [];

/** More external ids than fit here would not be read. */
const maxIdsChars = 2000;

/** Statuses in which members are being computed. */
const computing = ['Preparing', 'Backfilling', 'Computing'];

/** What follows from a create. @param edition in which it is created. */
export function consequencesOfCreate(edition: EditionName): string[] {
  return [
    'Let the first backfill finish before the next edit (status Live; it can take up to 24 hours): editing earlier causes errors.',
    ...notInApp(edition),
  ];
}

/**
 * @param foundAfterLoss whether Segment's response was lost and the audience found all the same.
 * @param edition in which it was created.
 */
export function adviceAfterCreate(foundAfterLoss: boolean, edition: EditionName): string[] {
  const advice = consequencesOfCreate(edition);
  const lost =
    "Segment's answer was lost, but the audience is there: it was found by its name, its definition and the time of its creation. Do not create it again.";
  return foundAfterLoss ? [lost, ...advice] : advice;
}

/** How anonymous users are admitted where Segment has no option of that name. */
export function adviceOnExternalIds(
  { includeAnonymousUsers }: NewAudience,
  options: Audience['options'],
): string[] {
  const ids = options?.filterByExternalIds;
  if (!includeAnonymousUsers || !ids) return [];
  return [
    `Anonymous users are admitted by the list of external ids: ${quotedPlainly(ids.join(', '), maxIdsChars)}.`,
  ];
}

export function adviceAfterRead({ status }: Audience): string[] {
  if (!status) return [];
  if (computing.includes(status)) {
    return [`It is being computed (${status}). Don't edit it until its status is Live.`];
  }
  if (status === 'Locked') return ['It is locked until an earlier change has been taken in.'];
  if (status === 'Failed' || status === 'Error') {
    return [
      'Its last computation failed: check the definition, or ask the user to look in Segment.',
    ];
  }
  return [];
}

/**
 * What follows from an update.
 *
 * @param redefined whether its definition or its options change. @param edition in which it is
 * changed.
 */
export function consequencesOfUpdate(redefined: boolean, edition: EditionName): string[] {
  const locked =
    'Afterwards it is locked against further edits until this change has been taken in.';
  return redefined ? [locked, ...notInApp(edition)] : [locked];
}

/** The same once it is done. */
export function adviceAfterUpdate(redefined: boolean, edition: EditionName): string[] {
  const locked =
    'It is locked against further edits until this change has been taken in; check its status with get_audience first.';
  return redefined ? [locked, ...notInApp(edition)] : [locked];
}

/** What follows from a removal. */
export const consequencesOfRemove = ['Its key can never be used again; profiles keep the trait.'];

export function adviceAfterRemove({ key }: Audience): string[] {
  const recreate =
    'To make it again, pass these to create_audience: name, description, enabled, definition.query as query, definition.targetEntity as targetEntity, audienceType (or definition.type) as type, and the fields of options; leave out what is null. It gets a new id and key.';
  if (!key) return [recreate];
  return [
    `Profiles keep the trait ${quoted(key)}: never use that key for another audience.`,
    recreate,
  ];
}
