import { operations } from '../segment/operations.ts';

/**
 * What a model is told about working here, once per session.
 *
 * @param defaultSpace the space of calls that name none.
 */
export function instructions(defaultSpace: string | undefined): string {
  const limits = Object.entries(operations).map(([name, { perMinute }]) => `${name} ${perMinute}`);
  const space = defaultSpace
    ? `The default space is ${defaultSpace}; leave spaceId out unless the user names another.`
    : 'There is no default space: ask the user for the space id and pass it as spaceId.';
  return [
    "Manages the audiences of a Twilio Segment space. A definition is text in Segment's query language.",
    space,
    'Find before creating: list_audiences first, page on with pagination.next, and reuse what fits.',
    'Check status before editing: get_audience, then change only what is Live. After a create or an update, leave the audience alone until it is Live again.',
    'Remove or disable only what the user named and agreed to.',
    `Requests per minute: ${limits.join(', ')}. This server waits for quota and retries by itself; do not loop on rate_limited, wait retryAfterMs.`,
    'Every error says in error.next what to do.',
  ].join('\n');
}
