import type { SegmentApi } from './api.ts';
import { isOfSpace } from './asked-for.ts';
import type { CallContext } from './call.ts';
import type { Audience } from './models/audience.ts';

/** Rows that are asked for at once; the client reads them in pages of the edition's size. */
const rowsAtOnce = 1000;
/** Beyond this, a single call would use up most of a minute's quota. */
const maxAudiences = 10_000;

/** The audiences of a space. */
export interface WholeSpace {
  audiences: Audience[];
  /** False if the space has more than are looked at. */
  complete: boolean;
}

/**
 * Reads all audiences of a space, up to 10,000. Rows that name another space are left out: writes are
 * decided by what this returns.
 */
export async function readSpace(
  api: SegmentApi,
  spaceId: string,
  call: CallContext,
): Promise<WholeSpace> {
  const audiences: Audience[] = [];
  let cursor: string | undefined;
  for (let asked = 0; asked < maxAudiences; asked += rowsAtOnce) {
    const input = { spaceId, count: rowsAtOnce, cursor, isPatient: true };
    const page = await api.send('list_audiences', input, call);
    for (const audience of page.audiences) {
      if (isOfSpace(audience, spaceId)) audiences.push(audience);
    }
    cursor = page.pagination.next ?? undefined;
    if (cursor === undefined) return { audiences, complete: true };
  }
  return { audiences, complete: false };
}
