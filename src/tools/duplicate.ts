import { readWholeSpace } from '../safety/whole-space.ts';
import type { Audience } from '../segment/entities.ts';
import { AudiencesError } from '../segment/errors.ts';
import { quoted } from '../visible.ts';
import type { ToolContext } from './tool.ts';

/**
 * The key that Segment will most likely make from a name; undefined where there is nothing in it
 * that keys are made of.
 */
export function keyOf(name: string): string | undefined {
  const plain = name.normalize('NFKD').replace(/\p{M}/gu, '').toLowerCase();
  return plain.match(/[a-z0-9]+/g)?.join('_');
}

/** What a space holds before something is created in it. */
export interface Search {
  /** The ids of all audiences that were looked at. */
  ids: ReadonlySet<string>;
  /** The one that is there already, where that is allowed. */
  existing: Audience | undefined;
  /** What there is to say of the search. */
  advice: string[];
}

/**
 * Looks through a space for an audience of the same name, or of the key that would result.
 *
 * @param allowed whether there may be one.
 * @throws {AudiencesError} `duplicate`, with the one that is there.
 */
export async function searchDuplicate(
  spaceId: string,
  name: string,
  allowed: boolean,
  { api, call }: ToolContext,
): Promise<Search> {
  const { audiences, complete } = await readWholeSpace(api, spaceId, call);
  const key = keyOf(name);
  const existing =
    audiences.find((audience) => audience.name === name) ??
    audiences.find((audience) => audience.key === key);
  if (existing && !allowed) throw duplicate(name, existing);
  const searched = `Only the first ${audiences.length} audiences were searched for one of the same name; the space has more.`;
  return {
    ids: new Set(audiences.map(({ id }) => id)),
    existing,
    advice: complete ? [] : [searched],
  };
}

function duplicate(name: string, existing: Audience): AudiencesError {
  const what = existing.name === name ? 'name' : 'key';
  return new AudiencesError(
    'duplicate',
    `There is an audience of this ${what}: ${quoted(existing.name)} (${quoted(existing.id)}, key ${quoted(existing.key)}). Nothing was sent.`,
    {
      next: 'Use that one if it fits, or choose another name. Only if the user wants a second one, call again with allowDuplicateName: true.',
      field: 'name',
      details: { audience: existing },
    },
  );
}

/** The names that are being created by calls under way, so that two at once don't miss each other. */
const underWay = new Set<string>();

/**
 * Keeps others from creating an audience of the same name or key while `create` runs.
 *
 * @param allowed whether there may be one. @throws {AudiencesError} `duplicate`, if another call is at it.
 */
export async function withNameReserved<Result>(
  spaceId: string,
  name: string,
  allowed: boolean,
  create: () => Promise<Result>,
): Promise<Result> {
  const reserved = JSON.stringify([spaceId, keyOf(name) ?? name]);
  if (allowed) return create();
  if (underWay.has(reserved)) {
    throw new AudiencesError(
      'duplicate',
      'Another call is just creating an audience of this name. Nothing was sent.',
      {
        next: 'Wait for that call. Only if the user wants a second one, call again with allowDuplicateName: true.',
        field: 'name',
      },
    );
  }
  underWay.add(reserved);
  try {
    return await create();
  } finally {
    underWay.delete(reserved);
  }
}
