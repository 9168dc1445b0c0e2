import type { LogEntry } from '../../src/sandbox/start.ts';
import type { Rig } from './rig.ts';

/*
 * What tests of writes share.
 */

export const query = "event('Shoes Bought').count() >= 1";
/** Arguments of a create that nothing speaks against. */
export const create = { name: 'New', query };
/** An audience that the sandbox begins with; its key is used by another. */
export const bigSpenders = 'aud_000000001';

/** The writes that reached the sandbox. */
export const sent = (rig: Rig): LogEntry[] => rig.requests.filter(({ method }) => method !== 'GET');

/** Writes to the sandbox as somebody else would. */
export function writeAsAnother(rig: Rig, method: string, path: string, body: object) {
  const mediaType = 'application/vnd.segment.v1alpha+json';
  return fetch(`${rig.url}/spaces/${rig.space}/audiences${path}`, {
    method,
    headers: { authorization: 'Bearer another', accept: mediaType, 'content-type': mediaType },
    body: JSON.stringify(body),
  });
}
