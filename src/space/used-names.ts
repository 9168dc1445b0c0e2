import type { AudienceIndex } from './audience-index.ts';

/** Which names in definitions to return. */
export type UsedNameKind =
  | { kind: 'events' | 'traits' | 'entities' }
  /** Properties in definitions that use this event or entity. */
  | { kind: 'properties'; of: { events: string } | { entities: string } };

/**
 * The names that definitions use, each with the number of audiences that use it, most used first.
 */
export function usedNames(
  index: AudienceIndex,
  wanted: UsedNameKind,
): [name: string, usedBy: number][] {
  const counts =
    wanted.kind === 'properties' ? propertiesOf(wanted.of, index) : index.names[wanted.kind];
  return [...counts].sort(([, a], [, b]) => b - a);
}

function propertiesOf(
  stream: { events: string } | { entities: string },
  { audiences }: AudienceIndex,
): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const { references } of audiences) {
    const isMeant =
      'events' in stream
        ? references?.events.includes(stream.events)
        : references?.entities.includes(stream.entities);
    if (!references || !isMeant) continue;
    for (const name of references.properties) counts.set(name, (counts.get(name) ?? 0) + 1);
  }
  return counts;
}
