import type { SegmentApi } from '../segment/api.ts';
import type { CallContext } from '../segment/call.ts';
import type { Audience } from '../segment/contract.ts';
import { AudiencesError } from '../segment/errors.ts';
import { bareSpaceId } from '../segment/ids.ts';
import { foldedName, keyOf } from '../segment/names.ts';
import { readSpace } from '../segment/space.ts';
import { shortened } from '../shorten.ts';
import { quoted } from '../visible.ts';

/** The name of an audience that is to be made. */
export interface WantedName {
  spaceId: string;
  name: string;
  /** Whether there may be another audience of this name. */
  allowDuplicate: boolean;
}

/** What a space holds before something is created in it. */
export interface Search {
  /** The ids of all that were there already; undefined if there are more than were looked at. */
  ids: ReadonlySet<string> | undefined;
  /** The one that is there already, where that is allowed. */
  existing: Audience | undefined;
  /** What there is to say of the search. */
  advice: string[];
}

/**
 * Looks through a space for an audience of the same name, or of the key that would result.
 *
 * @throws {AudiencesError} `duplicate`, with the one that is there.
 */
export async function searchDuplicate(
  { spaceId, name, allowDuplicate }: WantedName,
  { api, call }: { api: SegmentApi; call: CallContext },
): Promise<Search> {
  const { audiences, complete } = await readSpace(api, spaceId, call);
  const [folded, key] = [foldedName(name), keyOf(name)];
  const namesakes = audiences.filter((audience) => foldedName(audience.name ?? '') === folded);
  const existing =
    namesakes[0] ?? audiences.find((audience) => key !== undefined && audience.key === key);
  if (existing && !allowDuplicate) throw duplicate(name, existing);
  const searched = `Only the first ${audiences.length} audiences were searched for one of the same name; the space has more.`;
  return {
    ids: complete ? new Set(audiences.map(({ id }) => id)) : undefined,
    existing,
    advice: complete ? [] : [searched],
  };
}

function duplicate(wanted: string, existing: Audience): AudiencesError {
  const { id, name, key } = existing;
  const what = foldedName(name ?? '') === foldedName(wanted) ? 'name' : 'key';
  const shownKey = key ? `, key ${quoted(key)}` : '';
  return new AudiencesError(
    'duplicate',
    `There is an audience of this ${what}: ${quoted(name ?? '')} (${quoted(id)}${shownKey}). Nothing was sent.`,
    {
      next: 'Use that one if it fits, or choose another name. Only if the user wants a second one, call again with allowDuplicateName: true.',
      field: 'name',
      details: { audience: shortened(existing) },
    },
  );
}

/** Texts by which two audiences that are to be made are told to be of one name or key. */
export function nameMarks(spaceId: string, name: string): string[] {
  const [space, key] = [bareSpaceId(spaceId), keyOf(name)];
  return [
    JSON.stringify([space, 'name', foldedName(name)]),
    ...(key === undefined ? [] : [JSON.stringify([space, 'key', key])]),
  ];
}

/** The names that are being created by calls under way, so that two at once don't miss each other. */
export class NameReservations {
  readonly #reserved = new Set<string>();

  /**
   * Keeps others from creating an audience of the same name or key while `create` runs.
   *
   * @throws {AudiencesError} `duplicate`, if another call is at it. @throws what `create` throws.
   */
  async during<Result>(
    { spaceId, name, allowDuplicate }: WantedName,
    create: () => Promise<Result>,
  ): Promise<Result> {
    if (allowDuplicate) return create();
    const marks = nameMarks(spaceId, name);
    if (marks.some((mark) => this.#reserved.has(mark))) {
      throw new AudiencesError(
        'duplicate',
        'Another call is just creating an audience of this name. Nothing was sent.',
        {
          next: 'Wait for that call. Only if the user wants a second one, call again with allowDuplicateName: true.',
          field: 'name',
        },
      );
    }
    for (const mark of marks) this.#reserved.add(mark);
    try {
      return await create();
    } finally {
      for (const mark of marks) this.#reserved.delete(mark);
    }
  }
}
