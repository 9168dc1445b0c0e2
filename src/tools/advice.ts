import type { BulkAction } from '../safety/bulk-wish.ts';
import type { EditionName } from '../segment/editions/row.ts';
import type { Audience } from '../segment/models/audience.ts';
import { quoted, quotedPlainly } from '../text/visible.ts';

/*
 * What Segment's product rules say about an audience in its present state. Sources: the notes of
 * the API reference on create and update, and Segment's documentation of audiences.
 */

/** Only the reference of the 2024 edition says so; today's no longer does (since February 2026). */
const notInApp = (edition: EditionName): string[] =>
  edition === 'v1alpha'
    ? ['Its definition can no longer be edited in the Segment app, only through the API.']
    : [];

/** Longer lists of external ids would go unread. */
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
 * @param foundAfterLoss whether Segment's response was lost, and a search found the audience.
 * @param edition in which it was created.
 */
export function adviceAfterCreate(foundAfterLoss: boolean, edition: EditionName): string[] {
  const advice = consequencesOfCreate(edition);
  const lost =
    "Segment's response was lost, but the audience was created: a search found a new one with this name and definition. Do not create it again.";
  return foundAfterLoss ? [lost, ...advice] : advice;
}

/** How anonymous users are included where Segment has no option for it. */
export function adviceOnExternalIds(
  wanted: Pick<NonNullable<Audience['options']>, 'includeAnonymousUsers'> | null | undefined,
  options: Audience['options'],
): string[] {
  const ids = options?.filterByExternalIds;
  if (!wanted?.includeAnonymousUsers || !ids) return [];
  return [
    `Anonymous users are included through this list of external ids: ${quotedPlainly(ids.join(', '), maxIdsChars)}.`,
  ];
}

export function adviceAfterRead({ status }: Audience): string[] {
  if (!status) return [];
  if (computing.includes(status)) {
    return [`It is being computed (${status}). Don't edit it until its status is Live.`];
  }
  if (status === 'Locked') return ['It is locked until Segment has processed an earlier change.'];
  if (status === 'Failed' || status === 'Error') {
    return [
      'Its last computation failed: check the definition, or ask the user to check in Segment.',
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
    'It will then be locked against further edits until Segment has processed this change.';
  return redefined ? [locked, ...notInApp(edition)] : [locked];
}

/** The same, once it is done. */
export function adviceAfterUpdate(redefined: boolean, edition: EditionName): string[] {
  const locked =
    'It is locked against further edits until Segment has processed this change; check its status with get_audience first.';
  return redefined ? [locked, ...notInApp(edition)] : [locked];
}

/** What follows from a removal. */
export const consequencesOfRemove = ['Its key can never be used again; profiles keep the trait.'];

/** What follows from the same action on several audiences. @param count of how many. */
export function consequencesOfAll(action: BulkAction, count: number): readonly string[] {
  const isOne = count === 1;
  if (action === 'remove') {
    return isOne
      ? consequencesOfRemove
      : ['A removed key can never be used again; profiles keep its trait.'];
  }
  const computed = action === 'enable' ? 'be computed again' : 'no longer be computed';
  return [
    `${isOne ? 'It' : 'They'} will ${computed}.`,
    `${isOne ? 'It' : 'Each'} will be locked against further edits until Segment has processed the change.`,
  ];
}

/** How to use the copies of several removed audiences. */
export const recreate =
  'To recreate one, pass its fields from removed, including those inside options, to create_audience, but without id and key. It gets a new id and key; profiles keep the old trait.';

export function adviceAfterRemove({ key }: Audience): string[] {
  const recreateOne =
    'To recreate it, pass these to create_audience: name, description, enabled, definition.query as query, definition.targetEntity as targetEntity, audienceType (or definition.type) as type, and the fields of options; omit what is null. It gets a new id and key.';
  if (!key) return [recreateOne];
  return [
    `Profiles keep the trait ${quoted(key)}: never use that key for another audience.`,
    recreateOne,
  ];
}
