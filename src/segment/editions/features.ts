import type { Feature } from './row.ts';

/*
 * What a workspace, or its token, may lack. How Segment refuses then is not documented: 401, 403
 * and 404 were reported. A refusal means that the feature is missing if what the path names can be
 * read in other ways.
 */

interface InSpace {
  spaceId: string;
}

interface OfAudience extends InSpace {
  id: string;
}

/** A feature of a space: missing if the audiences of the space can be read. */
export function ofSpace(name: string): Feature<InSpace> {
  return {
    name,
    isMissing: async ({ spaceId }, look) =>
      (await look('list_audiences', { spaceId, count: 1 })).kind === 'there',
  };
}

/** A feature of an audience: missing if the audience can be read. */
export function ofAudience(name: string): Feature<OfAudience> {
  return {
    name,
    isMissing: async ({ spaceId, id }, look) =>
      (await look('get_audience', { spaceId, id })).kind === 'there',
  };
}
