import type { SegmentApi } from './api.ts';
import { isOfSpace } from './asked-for.ts';
import type { CallContext } from './call.ts';
import { Cursors, firstTime } from './cursors.ts';
import type { Audience } from './models/audience.ts';

/** Rows per call; the client reads them in pages of the edition's size. */
const rowsAtOnce = 1000;
/** More would let a single call use up most of a minute's quota. */
const maxAudiences = 10_000;

/** Some audiences of a space, read page by page. */
export interface PageOfSpace {
  audiences: Audience[];
  /** How many the space has, if Segment says. */
  total: number | undefined;
  /** Whether the space has no more. */
  isLast: boolean;
}

/** The audiences of a space. */
export interface WholeSpace {
  audiences: Audience[];
  /** False if the space has more than are read. */
  complete: boolean;
}

/**
 * Reads all audiences of a space, up to 10,000. Rows that name another space, or are repeated, are
 * left out: decisions about writes depend on the result.
 */
export async function readSpace(
  api: SegmentApi,
  spaceId: string,
  call: CallContext,
): Promise<WholeSpace> {
  const audiences: Audience[] = [];
  let complete = false;
  for await (const page of pagesOfSpace(api, spaceId, call)) {
    for (const audience of page.audiences) audiences.push(audience);
    complete = page.isLast;
  }
  return { audiences, complete };
}

/** How far the reading of a space is. */
export class SpacePosition {
  readonly cursors = new Cursors();
  readonly isNew = firstTime();
  cursor: string | undefined;
  /** How many rows were requested. */
  asked = 0;
}

/**
 * The same, page by page, for those who do not need everything at once.
 *
 * @param position where to begin; it moves with each page, so that another call can continue there.
 */
export async function* pagesOfSpace(
  api: SegmentApi,
  spaceId: string,
  call: CallContext,
  position = new SpacePosition(),
): AsyncGenerator<PageOfSpace> {
  const { cursors, isNew } = position;
  while (position.asked < maxAudiences) {
    const input = { spaceId, count: rowsAtOnce, cursor: position.cursor, isPatient: true };
    const page = await api.send('list_audiences', input, call);
    const { cursor, isLoop } = cursors.after(page.pagination.next);
    position.cursor = cursor;
    position.asked += rowsAtOnce;
    yield {
      audiences: page.audiences.filter((row) => isOfSpace(row, spaceId) && isNew(row)),
      total: page.pagination.totalEntries ?? undefined,
      // What circular pages leave out is unknown.
      isLast: cursor === undefined && !isLoop,
    };
    if (cursor === undefined) return;
  }
}
