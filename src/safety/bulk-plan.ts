import type { OperationName } from '../segment/contract.ts';
import { AudiencesError, InvalidInputError } from '../segment/errors.ts';
import type { Audience } from '../segment/models/audience.ts';
import { quotedPlainly, someOf, visibleJson } from '../text/visible.ts';
import type { PlannedWrite } from './agreement.ts';
import { type BulkOrder, type BulkSet, dependentsFirst, readSet } from './bulk-set.ts';
import type { BulkWish } from './bulk-wish.ts';
import { maxNamed, nameAndId } from './named.ts';
import { audiences } from './thing.ts';
import type { WriteContext } from './wish.ts';

/** What to do, once the audiences were read. */
export interface BulkPlan<Name extends OperationName = OperationName> {
  set: BulkSet;
  order: BulkOrder;
  /** The writes, by the ids of the audiences to change. */
  writes: ReadonlyMap<string, PlannedWrite<Name>>;
  /** Those that are already in the wanted state. */
  unchanged: readonly Audience[];
  /** The ids that are not in the space. */
  missing: readonly string[];
}

/**
 * Reads the audiences of a wish, and plans a write for each that it would change.
 *
 * @throws {AudiencesError} if they can't be read, none exists, or a result can't hold their copies.
 */
export async function planAll<Name extends OperationName>(
  wish: BulkWish<Name>,
  context: WriteContext,
): Promise<BulkPlan<Name>> {
  const { spaceId, ids, isSo, copies } = wish;
  const { mode, seen } = context;
  const wantsUsers = mode !== 'none' || wish.dryRun === true;
  const set = await readSet(spaceId, ids, wantsUsers, context);
  if (set.found.size === 0) throw notThere(ids);
  for (const audience of set.found.values()) seen.note(spaceId, audience);
  const missing = ids.filter((id) => !set.found.has(id));
  const unchanged = [...set.found.values()].filter(isSo);
  const pending = [...set.found.values()].filter((audience) => !isSo(audience));
  if (copies && !context.auditLog) assertFit(pending, copies);
  const order = dependentsFirst(
    pending.map(({ id }) => id),
    set.users,
  );
  const writes = new Map<string, PlannedWrite<Name>>();
  for (const before of pending) writes.set(before.id, await planOne(before, wish, context));
  return { set, order, writes, unchanged, missing };
}

async function planOne<Name extends OperationName>(
  before: Audience,
  { operation, action, spaceId, inputOf, afterOf }: BulkWish<Name>,
  { api }: WriteContext,
): Promise<PlannedWrite<Name>> {
  const write = { operation, input: inputOf(before.id) };
  return {
    write,
    request: await api.preview(write),
    kind: action === 'remove' ? 'remove' : 'change',
    about: audiences,
    spaceId,
    id: before.id,
    before,
    after: afterOf(before),
    grave: action !== 'enable',
    notes: [],
    warnings: [],
    consequences: [],
  };
}

/** @throws {InvalidInputError} if the copies of all are more than a result can hold. */
function assertFit(
  pending: readonly Audience[],
  { of, maxChars }: NonNullable<BulkWish<OperationName>['copies']>,
): void {
  const copies = pending.map((audience) => {
    return { audience, chars: visibleJson(of(audience)).length + 1 };
  });
  const chars = copies.reduce((sum, copy) => sum + copy.chars, 0);
  if (chars <= maxChars) return;
  const tooLong = copies.filter((copy) => copy.chars > maxChars);
  let used = 0;
  const fitting = copies.filter((copy) => {
    if (copy.chars > maxChars) return false;
    used += copy.chars;
    return used <= maxChars;
  });
  const needed =
    pending.length === 1
      ? `a copy of this audience, which has ${chars} characters`
      : `copies of these ${pending.length} audiences, which have ${chars} characters`;
  const names = someOf(
    tooLong.map(({ audience }) => nameAndId(audience)),
    maxNamed,
  );
  const others = tooLong.length > 0 ? ' of the others' : '';
  const message = [
    `The result must contain ${needed}; at most ${maxChars} fit.`,
    ...(tooLong.length > 0 && pending.length > 1 ? [`Too long by itself: ${names}.`] : []),
    ...(fitting.length > 0 ? [`The copies of the first ${fitting.length}${others} fit.`] : []),
    'Nothing was sent.',
  ];
  const next = [
    ...(fitting.length > 0
      ? [`Pass fewer ids, such as the first ${fitting.length}${others}.`]
      : []),
    ...(tooLong.length > 0
      ? [
          'To delete one that is too long by itself, use remove_audience_from_space, whose result is never cut.',
        ]
      : []),
    'Whoever runs this server can lift this limit with an audit log, which keeps the copies (SEGMENT_AUDIT_LOG).',
  ];
  throw new InvalidInputError(message.join(' '), { field: 'ids', next: next.join(' ') });
}

function notThere(ids: readonly string[]): AudiencesError {
  const names = someOf(
    ids.map((id) => quotedPlainly(id)),
    maxNamed,
  );
  return new AudiencesError(
    'not_found',
    `None of these audiences is in the space: ${names}. Nothing was sent.`,
    { next: 'Check ids and spaceId: list_audiences shows what the space holds now.', field: 'ids' },
  );
}
