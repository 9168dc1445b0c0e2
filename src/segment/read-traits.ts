import type { SegmentApi } from './api.ts';
import { isOfSpace } from './asked-for.ts';
import type { CallContext } from './call.ts';
import { Cursors, firstTime } from './cursors.ts';
import { smallerThan } from './errors.ts';
import type { ComputedTrait } from './models/computed-trait.ts';

/** Segment's own maximum of `pagination.count` for computed traits. */
const rowsAtOnce = 1000;
/** More would let a single call use up most of a minute's quota. */
const maxTraits = 10_000;

/**
 * Reads all computed traits of a space, up to 10,000. Rows that name another space are left out:
 * decisions about writes depend on the result.
 *
 * @returns `complete` is false if the space has more than are read.
 */
export async function readTraits(
  api: Pick<SegmentApi, 'send'>,
  spaceId: string,
  call: CallContext,
): Promise<{ traits: ComputedTrait[]; complete: boolean }> {
  const traits: ComputedTrait[] = [];
  let cursor: string | undefined;
  const cursors = new Cursors();
  const isNew = firstTime();
  let count = rowsAtOnce;
  for (let asked = 0; asked < maxTraits; ) {
    const input = { spaceId, count, cursor };
    const page = await api.send('list_computed_traits', input, call).catch((error: unknown) => {
      count = smallerThan(count, error);
    });
    if (!page) continue;
    asked += count;
    traits.push(...page.computedTraits.filter((row) => isOfSpace(row, spaceId) && isNew(row)));
    const { cursor: next, isLoop } = cursors.after(page.pagination?.next);
    cursor = next;
    if (cursor === undefined) return { traits, complete: !isLoop };
  }
  return { traits, complete: false };
}
