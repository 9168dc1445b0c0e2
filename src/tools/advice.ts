import type { Audience } from '../segment/entities.ts';
import { quoted } from '../visible.ts';

/*
 * What Segment's product rules say about an audience in its present state. Sources: the notes of
 * the API reference on create and update, and Segment's documentation of audiences.
 */

const notInApp = 'Its definition can no longer be edited in the Segment app, only through the API.';

/** Statuses in which members are being computed. */
const computing = ['Preparing', 'Backfilling', 'Computing'];

export function adviceAfterCreate(): string[] {
  return [
    'Let the first backfill finish before the next edit (status Live; it can take up to 24 hours): editing earlier causes errors.',
    notInApp,
  ];
}

export function adviceAfterLostCreate(): string[] {
  return [
    "Segment's answer was lost, but the audience is there: it was found by its name, its definition and the time of its creation. Do not create it again.",
    ...adviceAfterCreate(),
  ];
}

export function adviceAfterRead({ status }: Audience): string[] | undefined {
  if (!status) return undefined;
  if (computing.includes(status)) {
    return [`It is being computed (${status}). Don't edit it until its status is Live.`];
  }
  if (status === 'Locked') return ['It is locked until an earlier change has been taken in.'];
  if (status === 'Failed' || status === 'Error') {
    return [
      'Its last computation failed: check the definition, or ask the user to look in Segment.',
    ];
  }
  return undefined;
}

export function adviceAfterUpdate(changedDefinition: boolean): string[] {
  const locked =
    'It is locked against further edits until this change has been taken in; check its status with get_audience first.';
  return changedDefinition ? [locked, notInApp] : [locked];
}

export function adviceAfterRemove({ key }: Audience): string[] {
  return [
    `Profiles keep the trait ${quoted(key)}: never use that key for another audience.`,
    'To make it again, pass its name, description, enabled, definition.query as query, definition.type as type, and the two options to create_audience; leave out what is null. It gets a new id and key.',
  ];
}
