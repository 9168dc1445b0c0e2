import type { SegmentApi } from '../segment/api.ts';
import type { CallContext } from '../segment/call.ts';
import { type Audience, typeOf } from '../segment/models/audience.ts';
import { readSpace } from '../segment/space.ts';

/** Which of the names in definitions are wanted. */
export type UsedNameKind =
  | { kind: 'events' | 'traits' | 'entities' }
  /** Properties in definitions that speak of this event or entity. */
  | { kind: 'properties'; of: { events: string } | { entities: string } };

/** The names that the audiences of a space use. */
export interface UsedNames {
  /** Each with the number of audiences that use it, the most used first. */
  names: ReadonlyMap<string, number>;
  /** False if the space has more audiences than are looked at. */
  complete: boolean;
}

/** Gathers names from the definitions of a space's audiences. */
export class DefinitionNames {
  readonly #api: SegmentApi;

  constructor(api: SegmentApi) {
    this.#api = api;
  }

  /** @throws {AudiencesError} if the audiences can't be read. */
  async used(spaceId: string, wanted: UsedNameKind, call: CallContext): Promise<UsedNames> {
    const { audiences, complete } = await readSpace(this.#api, spaceId, call);
    return { names: await namesIn(audiences, wanted), complete };
  }
}

async function namesIn(
  audiences: readonly Audience[],
  wanted: UsedNameKind,
): Promise<UsedNames['names']> {
  const { check, references } = await import('../query/index.ts');
  const counts = new Map<string, number>();
  for (const audience of audiences) {
    const query = audience.definition?.query;
    if (typeof query !== 'string') continue;
    const found = references(check(query, { type: typeOf(audience) ?? 'users' }).tree);
    const isMeant =
      wanted.kind !== 'properties' ||
      ('events' in wanted.of
        ? found.events.includes(wanted.of.events)
        : found.entities.includes(wanted.of.entities));
    if (!isMeant) continue;
    for (const name of found[wanted.kind]) counts.set(name, (counts.get(name) ?? 0) + 1);
  }
  return new Map([...counts].sort(([, a], [, b]) => b - a));
}
