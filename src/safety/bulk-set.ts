import type { SegmentApi } from '../segment/api.ts';
import type { CallContext } from '../segment/call.ts';
import { AudiencesError, CancelledError } from '../segment/errors.ts';
import type { Audience } from '../segment/models/audience.ts';
import { pagesOfSpace, readSpace } from '../segment/space.ts';
import { traitsIn } from './meaning.ts';

/** How many audiences Segment returns per list request. */
const rowsPerRequest = 200;
/** How many are always as cheap to read one by one. */
const maxReadSingly = 5;
/** Read at the same time. */
const readAtOnce = 10;

interface ReadContext {
  api: SegmentApi;
  call: CallContext;
}

/** Several audiences of a space as read, and how they are built on each other. */
export interface BulkSet {
  /** Those that exist, by id, in the order of the requested ids. */
  found: ReadonlyMap<string, Audience>;
  /** By id, the other audiences built on an audience, as far as known. */
  users: ReadonlyMap<string, readonly Audience[]>;
  /** Whether all audiences of the space that are built on them are known. */
  knowsUsers: boolean;
  /** Why not, if a search was tried. */
  error: AudiencesError | undefined;
}

/**
 * Reads several audiences: the whole space if it has to be known what is built on them, otherwise
 * with as few requests as possible.
 *
 * @throws {AudiencesError} if they can't be read.
 */
export async function readSet(
  spaceId: string,
  ids: readonly string[],
  wantsDependents: boolean,
  context: ReadContext,
): Promise<BulkSet> {
  if (!wantsDependents) return related(await readSome(spaceId, ids, context), undefined);
  const wanted = new Set(ids);
  let space: Audience[];
  let complete: boolean;
  try {
    ({ audiences: space, complete } = await readSpace(context.api, spaceId, context.call));
  } catch (error) {
    if (error instanceof CancelledError || !(error instanceof AudiencesError)) throw error;
    return related(await readSingly(spaceId, ids, context), undefined, error);
  }
  const listed = space.filter(({ id }) => wanted.has(id));
  const listedIds = new Set(listed.map(({ id }) => id));
  const rest = complete ? [] : ids.filter((id) => !listedIds.has(id));
  const members = [...listed, ...(await readSingly(spaceId, rest, context))];
  return related(inOrderOf(ids, members), complete ? space : undefined);
}

/** Reads them in pages of the space, unless reading each one takes fewer requests. */
async function readSome(
  spaceId: string,
  ids: readonly string[],
  context: ReadContext,
): Promise<Audience[]> {
  const missing = new Set(ids);
  const found = missing.size > maxReadSingly ? await readListed(spaceId, missing, context) : [];
  return inOrderOf(ids, [...found, ...(await readSingly(spaceId, [...missing], context))]);
}

/** @param missing from which those are removed that were found, or that are not in the space. */
async function readListed(
  spaceId: string,
  missing: Set<string>,
  { api, call }: ReadContext,
): Promise<Audience[]> {
  const found: Audience[] = [];
  let rows = 0;
  for await (const { audiences, total, isLast } of pagesOfSpace(api, spaceId, call)) {
    found.push(...audiences.filter(({ id }) => missing.delete(id)));
    if (isLast) missing.clear();
    rows += audiences.length;
    const pagesLeft = total === undefined ? 1 : Math.ceil((total - rows) / rowsPerRequest);
    if (missing.size <= pagesLeft) break;
  }
  return found;
}

/** @returns those that exist. @throws {AudiencesError} if that is unknown for one of them. */
async function readSingly(
  spaceId: string,
  ids: readonly string[],
  { api, call }: ReadContext,
): Promise<Audience[]> {
  const found: Audience[] = [];
  const read = async (id: string): Promise<Audience[]> => {
    try {
      return [(await api.send('get_audience', { spaceId, id }, call)).audience];
    } catch (error) {
      if (error instanceof AudiencesError && error.code === 'not_found') return [];
      throw error;
    }
  };
  for (let at = 0; at < ids.length; at += readAtOnce) {
    const some = await Promise.all(ids.slice(at, at + readAtOnce).map(read));
    found.push(...some.flat());
  }
  return found;
}

function inOrderOf(ids: readonly string[], audiences: readonly Audience[]): Audience[] {
  const byId = new Map(audiences.map((audience) => [audience.id, audience]));
  return ids.flatMap((id) => byId.get(id) ?? []);
}

/** @param space all audiences of it; undefined if they are not known. */
async function related(
  members: readonly Audience[],
  space: readonly Audience[] | undefined,
  error?: AudiencesError,
): Promise<BulkSet> {
  const found = new Map(members.map((audience) => [audience.id, audience]));
  const byKey = new Map(members.flatMap(({ key, id }) => (key ? [[key, id] as const] : [])));
  const users = new Map<string, Audience[]>();
  for (const audience of space ?? members) {
    for (const trait of await traitsIn(audience)) {
      const used = byKey.get(trait);
      if (used === undefined || used === audience.id) continue;
      users.set(used, [...(users.get(used) ?? []), audience]);
    }
  }
  // Who uses an audience whose key is not shown is unknown.
  const knowsUsers = space !== undefined && byKey.size === members.length;
  return { found, users, knowsUsers, error };
}

/** An order in which dependents come before what they are built on. */
export interface BulkOrder {
  ids: string[];
  /** Those that are built on each other in a circle, in any order. */
  circles: string[][];
}

/** @param ids in the order to keep where possible. */
export function dependentsFirst(ids: readonly string[], users: BulkSet['users']): BulkOrder {
  const waiting = new Set(ids);
  const circles: string[][] = [];
  const order: string[] = [];
  const usersOf = (id: string) =>
    (users.get(id) ?? []).map((user) => user.id).filter((user) => waiting.has(user));
  while (waiting.size > 0) {
    let next = [...waiting].find((id) => usersOf(id).length === 0);
    if (next === undefined) {
      const circle = circleIn([...waiting], usersOf);
      circles.push(circle);
      next = circle[0] ?? '';
    }
    waiting.delete(next);
    order.push(next);
  }
  return { ids: order, circles };
}

/** If each is used by another, going from one to its user leads back to the start. */
function circleIn(ids: readonly string[], usersOf: (id: string) => string[]): string[] {
  const path: string[] = [];
  let here = ids[0] ?? '';
  while (!path.includes(here)) {
    path.push(here);
    here = usersOf(here)[0] ?? here;
  }
  return path.slice(path.indexOf(here));
}
