import type { Call, SegmentApi } from '../segment/api.ts';
import type { Audience } from '../segment/entities.ts';

/** Segment's own maximum. */
const perPage = 1000;
/** Beyond this, a single call would use up most of the list quota of a minute. */
const mostPages = 10;

/** All audiences of a space. */
export interface WholeSpace {
  audiences: Audience[];
  /** False if the space has more than are looked at. */
  complete: boolean;
}

/** Reads all audiences of a space, up to 10,000. */
export async function readWholeSpace(
  api: SegmentApi,
  spaceId: string,
  call: Call,
): Promise<WholeSpace> {
  const audiences: Audience[] = [];
  let cursor: string | undefined;
  for (let page = 0; page < mostPages; page += 1) {
    const answer = await api.listAudiences(spaceId, { count: perPage, cursor }, call);
    audiences.push(...answer.audiences);
    cursor = answer.pagination.next ?? undefined;
    if (cursor === undefined) return { audiences, complete: true };
  }
  return { audiences, complete: false };
}
