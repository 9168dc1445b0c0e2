import { isSpelledAlike, nearestName } from '../text/nearest.ts';
import type { AudienceIndex, NameKind } from './audience-index.ts';

/** A name that definitions use and that may have been meant. */
export interface NearMiss {
  name: string;
  /** How many audiences use it. */
  usedBy: number;
}

/**
 * The name that was probably meant instead of one that no definition uses, or in addition to one
 * that is spelled alike.
 */
export function nearMissOf(
  { names }: AudienceIndex,
  kind: NameKind,
  given: string,
): NearMiss | undefined {
  const known = names[kind];
  const others = [...known.keys()].filter((name) => name !== given);
  const near = known.has(given)
    ? others.find((other) => isSpelledAlike(other, given))
    : nearestName(given, others);
  return near === undefined ? undefined : { name: near, usedBy: known.get(near) ?? 0 };
}
