import { bareSpaceId } from '../segment/ids.ts';
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
    spaces() {
      const usable = allowedSpaces ?? [...seen.spaces(), ...indexes.spaces()];
      // The same space may be known by two ids: the first one is how it is usually called here.
      const byBareId = new Map<string, string>();
      for (const id of [...(space === undefined ? [] : [space]), ...usable]) {
        if (!byBareId.has(bareSpaceId(id))) byBareId.set(bareSpaceId(id), id);
      }
      return [...byBareId.values()];
    },
    audiencesOf(spaceId) {
      const isAllowed = allowedSpaces?.includes(spaceId) !== false;
      if (!isAllowed || !showing.some(offers)) return [];
      return [...seen.audiencesOf(spaceId), ...(indexes.known(spaceId)?.audiences ?? [])];
    },
  };
}
