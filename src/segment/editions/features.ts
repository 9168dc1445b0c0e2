import type { Feature } from './row.ts';

/*
 * What a workspace, or its token, may lack. How Segment refuses then is not stated: 401, 403 and 404 were
 * reported. A refusal is for want of the feature where what the path names can be read by other ways.
 */

interface InSpace {
  spaceId: string;
}

interface OfAudience extends InSpace {
  id: string;
}

/** What works on a space: it is missing where the audiences of the space can be read. */
export function ofSpace(name: string): Feature<InSpace> {
  return {
    name,
    isMissing: async ({ spaceId }, look) =>
      (await look('list_audiences', { spaceId, count: 1 })).kind === 'there',
  };
}

/** What works on an audience: it is missing where the audience can be read. */
export function ofAudience(name: string): Feature<OfAudience> {
  return {
    name,
    isMissing: async ({ spaceId, id }, look) =>
      (await look('get_audience', { spaceId, id })).kind === 'there',
  };
}
