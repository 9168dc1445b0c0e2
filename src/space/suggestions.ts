import { folded } from './audience-index.ts';

/** An audience that may be suggested. */
export interface Suggestible {
  readonly id: string;
  readonly name: string | undefined;
}

/** What a person is typing: the id of an audience, or its name, key or id. */
export type Wanted = 'id' | 'name';

/** A longer name does not help, and one that was cut is not the name. */
const maxNameChars = 200;

/** What a name must not contain to be typed: it would not be found again. */
const unseen = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]/u;

/**
 * What a person may mean who has typed a part of an audience's name or id, the likeliest first: what
 * begins with it, then what contains it, each in alphabetical order.
 *
 * @param wanted `name`: names, with ids in place of those that do not name one audience alone.
 */
export function suggestAudiences(
  typed: string,
  audiences: Iterable<Suggestible>,
  wanted: Wanted,
): string[] {
  const part = folded(typed).trim();
  const known = new Map([...audiences].map((audience) => [audience.id, audience]));
  const matches: { rank: number; name: string; audience: Suggestible }[] = [];
  const counts = new Map<string, number>();
  for (const audience of known.values()) {
    const name = folded(audience.name ?? '').trim();
    counts.set(name, (counts.get(name) ?? 0) + 1);
    const rank = rankOf(part, name, audience.id);
    if (rank !== undefined) matches.push({ rank, name, audience });
  }
  matches.sort(
    (a, b) => a.rank - b.rank || compared(a.name, b.name) || compared(a.audience.id, b.audience.id),
  );
  return matches.map(({ name, audience: { id, name: written } }) => {
    const isClear = wanted === 'name' && counts.get(name) === 1 && canBeTyped(written);
    return isClear && written !== undefined ? written : id;
  });
}

function rankOf(part: string, name: string, id: string): number | undefined {
  if (name.startsWith(part) || id.toLowerCase().startsWith(part)) return 0;
  return name.includes(part) ? 1 : undefined;
}

function canBeTyped(name: string | undefined): boolean {
  return (
    name !== undefined && name.trim() !== '' && name.length <= maxNameChars && !unseen.test(name)
  );
}

function compared(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}
