import type { OperationName } from '../segment/contract.ts';
import { AudiencesError, CancelledError, UnsentError } from '../segment/errors.ts';
import type { Audience } from '../segment/models/audience.ts';
import { cut, quotedPlainly, someOf, visible } from '../text/visible.ts';
import { type PlannedWrite, sinceAsked } from './agreement.ts';
import { type BulkAgreed, BulkAgreement } from './bulk-agreement.ts';
import { type Attempt, Attempts, notTried } from './bulk-attempt.ts';
import { type BulkPlan, planAll } from './bulk-plan.ts';
import type { BulkOutcome, BulkResult, BulkWish } from './bulk-wish.ts';
import { maxNamed, nameAndId } from './named.ts';
import { inWords, record, SpentError } from './send.ts';
import { nothingWritten, staleError } from './snapshot.ts';
import { audiences } from './thing.ts';
import type { WriteContext } from './wish.ts';

/** Maximum length of what a result says about one audience. */
const maxMessageChars = 300;

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

/** One wish for several audiences in progress. */
class Bulk<Name extends OperationName> {
  readonly #wish: BulkWish<Name>;
  readonly #context: WriteContext;
  readonly #agreement: BulkAgreement<Name>;

  constructor(wish: BulkWish<Name>, context: WriteContext) {
    this.#wish = wish;
    this.#context = context;
    this.#agreement = new BulkAgreement(wish, context);
  }

  async rehearse(): Promise<BulkOutcome> {
    const plan = await planAll(this.#wish, this.#context);
    const writes = plan.order.ids.flatMap((id) => plan.writes.get(id) ?? []);
    const results = this.#results(plan, new Map());
    const [first] = writes;
    if (!first) return { results, removed: [], advice: [] };
    const rehearsal = {
      edition: first.request.edition,
      needsConfirmation: this.#context.mode !== 'none',
      question: await this.#agreement.describe(plan),
      requests: writes.map(({ request }) => request),
    };
    return { results, rehearsal, removed: [], advice: [] };
  }

  async run(): Promise<BulkOutcome> {
    const plan = await planAll(this.#wish, this.#context);
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

  /** @throws what seeking agreement throws, recorded. */
  async #agree(plan: BulkPlan<Name>): Promise<BulkAgreed> {
    try {
      return await this.#agreement.seek(plan);
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

  /** @throws {AudiencesError} if none was tried. */
  async #carryOut(plan: BulkPlan<Name>, { agreement, stale }: BulkAgreed): Promise<BulkOutcome> {
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
    const { outcome, isLeft = false } = became.get(left.id) ?? {};
    const verb = outcome === 'unknown' ? 'may not have been' : 'was not';
    const message = `${quotedPlainly(left.name ?? left.id)}, which is built on it, ${verb} removed.`;
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
        left.length > 0
          ? { value: this.#agreement.continuation(plan, left, gone), ids: left }
          : undefined,
      advice,
    };
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

/** @param changed at least one. */
function allStale(changed: readonly Audience[]): AudiencesError {
  const names = someOf(changed.map(nameAndId), maxNamed);
  const who = changed.length === 1 ? `The audience ${names} has` : 'All of these audiences have';
  const which = changed.length === 1 ? '' : `: ${names}`;
  const next = 'Tell the user. If it is still wanted, call again without confirmation.';
  const message = `${who} changed ${sinceAsked}${which}.`;
  return new UnsentError('stale', message, { next }, { soFar: nothingWritten });
}
