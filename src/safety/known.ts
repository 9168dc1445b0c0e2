import type { AudienceIndexes } from '../space/audience-indexes.ts';
import type { Suggestible } from '../space/suggestions.ts';
import type { SeenAudiences } from './seen.ts';

/** What suggestions are made from. */
interface Known {
  seen: SeenAudiences;
  indexes: AudienceIndexes;
  space: string | undefined;
  allowedSpaces: readonly string[] | undefined;
  offers(tool: string): boolean;
}

/** The tools that show which audiences a space has. */
const showing = ['find_audiences', 'list_audiences', 'get_audience'];

/** The spaces and audiences that a session may know, without a request. */
export function knownTo({ seen, indexes, space, allowedSpaces, offers }: Known): {
  spaces(): string[];
  audiencesOf(spaceId: string): Suggestible[];
} {
  return {
    spaces: () => [
      ...new Set([...(space === undefined ? [] : [space]), ...(allowedSpaces ?? seen.spaces())]),
    ],
    audiencesOf(spaceId) {
      const isAllowed = allowedSpaces?.includes(spaceId) !== false;
      if (!isAllowed || !showing.some(offers)) return [];
      return [...seen.audiencesOf(spaceId), ...(indexes.known(spaceId)?.audiences ?? [])];
    },
  };
}
