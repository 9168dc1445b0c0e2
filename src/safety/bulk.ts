import type { OperationName } from '../segment/contract.ts';
import {
  AudiencesError,
  CancelledError,
  InvalidInputError,
  UnsentError,
} from '../segment/errors.ts';
import type { Audience } from '../segment/models/audience.ts';
import { findDestinations, maxLookedUp } from '../space/destinations.ts';
import { cut, quotedPlainly, visible, visibleJson } from '../visible.ts';
import {
  type Agreement,
  agreedBy,
  type Matter,
  type PlannedWrite,
  seek,
  sinceAsked,
} from './agreement.ts';
import { type Attempt, Attempts, notTried } from './bulk-attempt.ts';
import { type BulkMember, describeBulk } from './bulk-question.ts';
import { type BulkOrder, type BulkSet, dependentsFirst, readSet } from './bulk-set.ts';
import type { BulkOutcome, BulkResult, BulkWish } from './bulk-wish.ts';
import type { Accepted, Subject, Unshown } from './confirmation.ts';
import { readinessOf } from './readiness.ts';
import { cannotTell } from './refused-agreement.ts';
import { inWords, record, SpentError } from './send.ts';
import { nothingWritten, snapshotOf, staleError } from './snapshot.ts';
import { audiences } from './thing.ts';
import type { WriteContext } from './wish.ts';

/** How long the dependents that a person has seen count as current. */
const maxDependentsAgeMs = 10_000;
/** Of what a result says about one audience. */
const maxMessageChars = 300;
const maxNamed = 10;

/**
 * The same as `carryOut` for several audiences: each is read, agreed to, sent and recorded as a
 * single one would be, but the user is asked once. One after the other, dependents first, until the
 * call's time is used up.
 *
 * @throws {AudiencesError} if none was tried.
 */
export async function carryOutAll<Name extends OperationName>(
  wish: BulkWish<Name>,
  context: WriteContext,
): Promise<BulkOutcome> {
  const { operation, spaceId, ids } = wish;
  try {
    await context.api.preview({ operation, input: wish.inputOf(ids[0] ?? '') });
    if (wish.dryRun) return await new Bulk(wish, { ...context, call: context.sending }).rehearse();
    // Only the first: whether there is time for all of them shows later.
    await context.api.foresee(operation, spaceId, context.call);
    return await new Bulk(wish, context).run();
  } catch (error) {
    const isOther = error instanceof CancelledError && error.operation !== operation;
    throw isOther ? new CancelledError(operation, false, 'before it was carried out.') : error;
  }
}

/** What to do, once the audiences were read. */
interface BulkPlan<Name extends OperationName> {
  set: BulkSet;
  order: BulkOrder;
  /** The writes, by the ids of the audiences to change. */
  writes: ReadonlyMap<string, PlannedWrite<Name>>;
  unchanged: Audience[];
  missing: string[];
}

/** The agreement under which the writes are sent, if one was needed. */
interface Agreed {
  agreement: Agreement | undefined;
  /** The ids of those that have changed since the user agreed. */
  stale: ReadonlySet<string>;
}

/** @param ids of those that the user was asked about. */
function agreedFor(ids: readonly string[], agreement: Agreement): Agreed {
  const sorted = ids.toSorted();
  return { agreement, stale: new Set(agreement.changed.flatMap((index) => sorted[index] ?? [])) };
}

/** One wish for several audiences in progress. */
class Bulk<Name extends OperationName> {
  readonly #wish: BulkWish<Name>;
  readonly #context: WriteContext;
  /** The question, with where the audiences are sent, looked up once. */
  #question: string | undefined;

  constructor(wish: BulkWish<Name>, context: WriteContext) {
    this.#wish = wish;
    this.#context = context;
  }

  async rehearse(): Promise<BulkOutcome> {
    const plan = await this.#plan();
    const writes = plan.order.ids.flatMap((id) => plan.writes.get(id) ?? []);
    const results = this.#results(plan, new Map());
    const [first] = writes;
    if (!first) return { results, removed: [], advice: [] };
    const rehearsal = {
      edition: first.request.edition,
      needsConfirmation: this.#context.mode !== 'none',
      question: await this.#describe(plan),
      requests: writes.map(({ request }) => request),
    };
    return { results, rehearsal, removed: [], advice: [] };
  }

  async run(): Promise<BulkOutcome> {
    const plan = await this.#plan();
    if (plan.writes.size === 0) {
      return { results: this.#results(plan, new Map()), removed: [], advice: [] };
    }
    await this.#context.auditLog?.assertWritable();
    for (;;) {
      const agreed = await this.#agree(plan);
      try {
        return await this.#carryOut(plan, agreed);
      } catch (error) {
        // Another call was quicker: ask the user again.
        if (!(error instanceof SpentError)) throw error;
      }
    }
  }

  async #plan(): Promise<BulkPlan<Name>> {
    const { spaceId, ids, isSo } = this.#wish;
    const { mode, seen } = this.#context;
    const wantsUsers = mode !== 'none' || this.#wish.dryRun === true;
    const set = await readSet(spaceId, ids, wantsUsers, this.#context);
    if (set.found.size === 0) throw notThere(ids);
    for (const audience of set.found.values()) seen.note(spaceId, audience);
    const missing = ids.filter((id) => !set.found.has(id));
    const unchanged = [...set.found.values()].filter(isSo);
    const pending = [...set.found.values()].filter((audience) => !isSo(audience));
    this.#assertCopiesFit(pending);
    const order = dependentsFirst(
      pending.map(({ id }) => id),
      set.users,
    );
    const writes = new Map<string, PlannedWrite<Name>>();
    for (const before of pending) writes.set(before.id, await this.#planOf(before));
    return { set, order, writes, unchanged, missing };
  }

  async #planOf(before: Audience): Promise<PlannedWrite<Name>> {
    const { operation, action, spaceId, inputOf, afterOf } = this.#wish;
    const write = { operation, input: inputOf(before.id) };
    return {
      write,
      request: await this.#context.api.preview(write),
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
  #assertCopiesFit(pending: readonly Audience[]): void {
    const { copies } = this.#wish;
    if (!copies || this.#context.auditLog) return;
    let chars = 0;
    let fitting = 0;
    for (const audience of pending) {
      chars += visibleJson(copies.of(audience)).length + 1;
      if (chars <= copies.maxChars) fitting += 1;
    }
    if (chars <= copies.maxChars) return;
    throw new InvalidInputError(
      `The result must hold copies of these ${pending.length} audiences, which have ${chars} characters; at most ${copies.maxChars} fit. The copies of the first ${fitting} fit. Nothing was sent.`,
      {
        field: 'ids',
        next: `Pass fewer ids, such as the first ${fitting}. Whoever runs this server can lift this limit with an audit log, which keeps the copies (SEGMENT_AUDIT_LOG).`,
      },
    );
  }

  /** @throws what seeking agreement throws, recorded. */
  async #agree(plan: BulkPlan<Name>): Promise<Agreed> {
    try {
      return (await this.#passed(plan)) ?? (await this.#asked(plan));
    } catch (error) {
      const code = error instanceof AudiencesError ? error.code : undefined;
      if (code !== 'confirmation_required' && code !== 'audit_failed') {
        const confirmed = code === 'declined' ? 'declined' : 'not_valid';
        const failed = { outcome: 'not_done', error: inWords(error), confirmed } as const;
        for (const write of plan.writes.values()) await record(write, failed, this.#context);
      }
      throw error;
    }
  }

  async #asked(plan: BulkPlan<Name>): Promise<Agreed> {
    const { mode, auditLog } = this.#context;
    if (mode === 'none') return { agreement: undefined, stale: new Set() };
    const agreement = await seek(this.#matterOf(plan), this.#wish.confirmation, this.#context);
    await auditLog?.assertWritable();
    return agreedFor(this.#wish.ids, agreement);
  }

  /** The agreement that a value proves; undefined if none was passed, or it is not valid. */
  async #passed(plan: BulkPlan<Name>): Promise<Agreed | undefined> {
    const passed = await this.#judgePassed(plan);
    if (!passed) return undefined;
    const { ids, judgement } = passed;
    if (this.#context.mode !== 'none') this.#assertShown(plan, judgement.unshown, plan.set);
    return agreedFor(ids, agreedBy(judgement));
  }

  /**
   * Whether the value that was passed is valid: one for exactly these ids, or one to continue with
   * exactly those that remain, with or without the ids of those that are done.
   */
  async #judgePassed(
    plan: BulkPlan<Name>,
  ): Promise<{ ids: readonly string[]; judgement: Accepted } | undefined> {
    const { confirmation, ids } = this.#wish;
    const { confirmations, askMode } = this.#context;
    if (confirmation === undefined) return undefined;
    // Continuing is not a new agreement: the earlier one was obtained in the configured way.
    const isContinued = askMode === 'elicitation' ? [true] : [false, true];
    for (const continued of isContinued) {
      for (const some of [ids, [...plan.writes.keys()]]) {
        const subject = this.#subjectOf(plan.set, some, continued);
        const judgement = await confirmations.judge(confirmation, subject);
        if (judgement.kind === 'accepted') return { ids: some, judgement };
      }
    }
    return undefined;
  }

  #subjectOf({ found }: BulkSet, ids: readonly string[], isContinued: boolean): Subject {
    const { tool, action, spaceId } = this.#wish;
    const sorted = ids.toSorted();
    return {
      operation: isContinued ? `${tool}, continued` : tool,
      spaceId,
      id: undefined,
      act: { action, ids: sorted },
      state: undefined,
      states: sorted.map((id) => {
        const audience = found.get(id);
        return audience && snapshotOf(audience);
      }),
    };
  }

  #matterOf(plan: BulkPlan<Name>): Matter {
    const { spaceId, ids } = this.#wish;
    const { clock, seen } = this.#context;
    let foundAt = clock.monotonic();
    let known = plan.set;
    return {
      subject: this.#subjectOf(plan.set, ids, false),
      describe: () => this.#describe(plan),
      shownIds: () => pairsOf(plan.set, outsidersOf(plan)),
      assertShown: async (unshown) => {
        if (clock.monotonic() - foundAt > maxDependentsAgeMs) {
          known = await readSet(spaceId, ids, true, this.#context);
          foundAt = clock.monotonic();
        }
        this.#assertShown(plan, unshown, known);
      },
      changed(wasState) {
        const was = ids.flatMap((id) => seen.find(spaceId, id, wasState) ?? []);
        return staleError(audiences, sinceAsked, undefined, was[0]);
      },
    };
  }

  /** @param set as it is now. @throws {AudiencesError} if others have been built on them. */
  #assertShown(plan: BulkPlan<Name>, unshown: Unshown | undefined, set: BulkSet): void {
    if (!unshown) return;
    const outsiders = outsidersOf({ ...plan, set });
    const pairs = pairsOf(set, outsiders);
    if (!pairs) throw cannotTell(set.error);
    const found = unshown(pairs);
    if (found?.length === 0) return;
    const isNew = new Set(found ?? pairs);
    const names = [...outsiders]
      .flatMap(([id, users]) => users.filter((user) => isNew.has(pairOf(id, user))))
      .map(nameOf);
    throw new AudiencesError(
      'stale',
      `Since the user was asked, the audiences built on these have changed: ${someOf(names)}. ${nothingWritten}`,
      {
        next: 'If it is still wanted, call again without confirmation, so that the user sees which.',
      },
    );
  }

  async #describe(plan: BulkPlan<Name>): Promise<string> {
    this.#question ??= await this.#newDescription(plan);
    return this.#question;
  }

  async #newDescription(plan: BulkPlan<Name>): Promise<string> {
    const { set, order, writes, unchanged, missing } = plan;
    const { action, spaceId, consequences } = this.#wish;
    const ids = [...writes.keys()];
    const looksUp = action !== 'enable' && ids.length <= maxLookedUp;
    const feeds = looksUp ? await findDestinations(spaceId, ids, this.#context) : undefined;
    const outsiders = outsidersOf(plan);
    const members = ids.flatMap((id): BulkMember[] => {
      const audience = set.found.get(id);
      if (!audience) return [];
      const dependents = set.knowsUsers ? outsiders.get(id) : undefined;
      return [{ audience, dependents, feeds: feeds?.get(id), remark: this.#remark(audience) }];
    });
    const [first] = writes.values();
    return describeBulk({
      action,
      spaceId,
      members,
      unchanged,
      missing,
      circles: order.circles.map((circle) => circle.flatMap((id) => set.found.get(id) ?? [])),
      notes: first ? consequences(first.request.edition) : [],
    });
  }

  #remark(audience: Audience): string | undefined {
    if (this.#wish.action === 'remove') return undefined;
    const readiness = readinessOf(audience, audiences, this.#context.now());
    if (!readiness) return undefined;
    const status = `status ${quotedPlainly(audience.status ?? '')}`;
    return readiness.isEarly ? `${status}, too early to edit` : status;
  }

  /** @throws {AudiencesError} if none was tried. */
  async #carryOut(plan: BulkPlan<Name>, { agreement, stale }: Agreed): Promise<BulkOutcome> {
    const { call } = this.#context;
    const attempts = new Attempts(agreement, this.#context);
    const became = new Map<string, Attempt>();
    const total = plan.order.ids.length;
    let end: Attempt | undefined;
    for (const [index, id] of plan.order.ids.entries()) {
      const write = plan.writes.get(id);
      if (!write) continue;
      const attempt =
        this.#withoutSending(plan, id, became, stale) ??
        (end || call.signal.aborted ? notTried(end) : undefined);
      if (attempt) {
        if (attempt.outcome === 'stale') await this.#recordStale(write, attempt);
        became.set(id, attempt);
        continue;
      }
      call.onProgress?.(`${index + 1} of ${total}`);
      const sent = await attempts.send(write);
      became.set(id, sent);
      if (sent.endsAll) end = sent;
    }
    this.#assertTried(plan, became, end);
    return this.#outcome(plan, became, end);
  }

  /** The outcome of one for which nothing is sent; undefined if it has to be tried. */
  #withoutSending(
    { set }: BulkPlan<Name>,
    id: string,
    became: ReadonlyMap<string, Attempt>,
    stale: ReadonlySet<string>,
  ): Attempt | undefined {
    if (stale.has(id)) {
      const { message } = staleError(audiences, sinceAsked, undefined, undefined);
      return { outcome: 'stale', error: { code: 'stale', message }, endsAll: false, isLeft: false };
    }
    if (this.#wish.action !== 'remove') return undefined;
    const users = set.users.get(id) ?? [];
    const left = users.find((user) => {
      const attempt = became.get(user.id);
      return attempt && attempt.outcome !== 'done';
    });
    if (!left) return undefined;
    const message = `${quotedPlainly(left.name ?? left.id)}, which is built on it, was not removed.`;
    const isLeft = became.get(left.id)?.isLeft === true;
    return { outcome: 'not_tried', error: { code: 'not_tried', message }, endsAll: false, isLeft };
  }

  async #recordStale(write: PlannedWrite<Name>, { error }: Attempt): Promise<void> {
    const failed = { outcome: 'not_done', error, confirmed: 'not_valid' } as const;
    await record(write, failed, this.#context);
  }

  #assertTried(
    { set }: BulkPlan<Name>,
    became: ReadonlyMap<string, Attempt>,
    end: Attempt | undefined,
  ): void {
    const attempts = [...became.values()];
    const isTried = attempts.some(({ outcome }) => outcome !== 'not_tried' && outcome !== 'stale');
    if (isTried) return;
    const thrown = end?.thrown ?? attempts.find(({ thrown: error }) => error)?.thrown;
    if (thrown) throw thrown;
    if (this.#context.call.signal.aborted) throw new CancelledError(this.#wish.operation, false);
    throw allStale([...became.keys()].flatMap((id) => set.found.get(id) ?? []));
  }

  #outcome(
    plan: BulkPlan<Name>,
    became: ReadonlyMap<string, Attempt>,
    end: Attempt | undefined,
  ): BulkOutcome {
    const left = plan.order.ids.filter((id) => became.get(id)?.isLeft);
    const isGone = (id: string) => ['done', 'unknown'].includes(became.get(id)?.outcome ?? '');
    const gone = this.#wish.action === 'remove' ? plan.order.ids.filter(isGone) : [];
    const advice: string[] = [];
    if (end?.error) {
      const reason = cut(visible(end.error.message), maxMessageChars);
      advice.push(`The call stopped early, for this reason: ${reason}`);
    }
    const unlike = [...became.values()].filter(({ note }) => note !== undefined).length;
    if (unlike > 0) {
      advice.push(
        `For ${unlike} of those that are done, Segment's response still shows other values than were sent (see message); read them again before you continue.`,
      );
    }
    return {
      results: this.#results(plan, became),
      removed: gone.flatMap((id) => plan.set.found.get(id) ?? []),
      continuation:
        left.length > 0 ? { value: this.#continuation(plan, left, gone), ids: left } : undefined,
      advice,
    };
  }

  /** A value for exactly those that are left, as agreed to. */
  #continuation({ set }: BulkPlan<Name>, left: readonly string[], gone: readonly string[]): string {
    const elsewhere = new Set([...left, ...gone]);
    const pairs = pairsOf(set, usersOutside(set, left, elsewhere));
    return this.#context.confirmations.issue(this.#subjectOf(set, left, true), pairs);
  }

  #results(plan: BulkPlan<Name>, became: ReadonlyMap<string, Attempt>): BulkResult[] {
    const unchanged = new Set(plan.unchanged.map(({ id }) => id));
    return this.#wish.ids.map((id): BulkResult => {
      const name = plan.set.found.get(id)?.name ?? undefined;
      if (unchanged.has(id)) return { id, name, outcome: 'unchanged' };
      if (!plan.set.found.has(id)) return { id, name, outcome: 'failed', code: 'not_found' };
      const { outcome, error, note } = became.get(id) ?? { outcome: 'not_tried' };
      const message = error?.message ?? note;
      return {
        id,
        name,
        outcome,
        code: error?.code,
        message: message && cut(visible(message), maxMessageChars),
      };
    });
  }
}

/** By id of each audience to change, those built on it that are not changed with it. */
function outsidersOf({ set, writes }: Pick<BulkPlan<OperationName>, 'set' | 'writes'>) {
  return usersOutside(set, [...writes.keys()], new Set(writes.keys()));
}

function usersOutside(
  { users }: BulkSet,
  ids: readonly string[],
  inside: ReadonlySet<string>,
): Map<string, Audience[]> {
  const outsiders = ids.map((id) => {
    return [id, (users.get(id) ?? []).filter((user) => !inside.has(user.id))] as const;
  });
  return new Map(outsiders);
}

/** What is built on what, as a value seals it; undefined if unknown. */
function pairsOf(
  { knowsUsers }: BulkSet,
  outsiders: ReadonlyMap<string, readonly Audience[]>,
): string[] | undefined {
  if (!knowsUsers) return undefined;
  return [...outsiders].flatMap(([id, users]) => users.map((user) => pairOf(id, user)));
}

/** An audience, and one that is built on it. */
function pairOf(id: string, user: Audience): string {
  return JSON.stringify([id, user.id]);
}

function nameOf({ name, id }: Audience): string {
  return `${quotedPlainly(name ?? '')} (${quotedPlainly(id)})`;
}

function someOf(names: readonly string[]): string {
  const shown = names.slice(0, maxNamed).join(', ');
  const more = names.length - maxNamed;
  return more > 0 ? `${shown} and ${more} more` : shown;
}

/** @param changed at least one. */
function allStale(changed: readonly Audience[]): AudiencesError {
  const names = someOf(changed.map(nameOf));
  const who = changed.length === 1 ? `The audience ${names} has` : 'All of these audiences have';
  const which = changed.length === 1 ? '' : `: ${names}`;
  const next = 'Tell the user. If it is still wanted, call again without confirmation.';
  const message = `${who} changed ${sinceAsked}${which}.`;
  return new UnsentError('stale', message, { next }, { soFar: nothingWritten });
}

function notThere(ids: readonly string[]): AudiencesError {
  const names = someOf(ids.map((id) => quotedPlainly(id)));
  return new AudiencesError(
    'not_found',
    `None of these audiences is in the space: ${names}. Nothing was sent.`,
    { next: 'Check ids and spaceId: list_audiences shows what the space holds now.', field: 'ids' },
  );
}
