import type { OperationName } from '../segment/contract.ts';
import { AudiencesError } from '../segment/errors.ts';
import type { Audience } from '../segment/models/audience.ts';
import { findDestinations, maxLookedUp } from '../space/destinations.ts';
import { quotedPlainly, someOf } from '../text/visible.ts';
import { type Agreement, agreedBy, type Matter, seekAnew, sinceAsked } from './agreement.ts';
import type { BulkPlan } from './bulk-plan.ts';
import { type BulkMember, describeBulk } from './bulk-question.ts';
import { type BulkSet, readSet } from './bulk-set.ts';
import type { BulkWish } from './bulk-wish.ts';
import type { Accepted, Refusal, Subject, Unshown } from './confirmation.ts';
import { maxDependentsAgeMs } from './dependents.ts';
import { maxNamed, nameAndId } from './named.ts';
import { readinessOf } from './readiness.ts';
import { cannotTell } from './refused-agreement.ts';
import { nothingWritten, snapshotOf, staleError } from './snapshot.ts';
import { audiences } from './thing.ts';
import type { WriteContext } from './wish.ts';

/** The agreement under which several writes are sent, if one was needed. */
export interface BulkAgreed {
  agreement: Agreement | undefined;
  /** The ids of those that have changed since the user agreed. */
  stale: ReadonlySet<string>;
}

/** A value that was passed: valid for these ids, or of no use. */
type Passed =
  | { refused: undefined; ids: readonly string[]; judgement: Accepted }
  | { refused: Refusal };

/**
 * Seeks the user's one agreement to a plan for several audiences, and seals what is left of it. A
 * value is valid for exactly the ids and states that the user was shown.
 */
export class BulkAgreement<Name extends OperationName> {
  readonly #wish: BulkWish<Name>;
  readonly #context: WriteContext;
  /** The question, with where the audiences are sent, looked up once. */
  #question: string | undefined;

  constructor(wish: BulkWish<Name>, context: WriteContext) {
    this.#wish = wish;
    this.#context = context;
  }

  /**
   * Gets the agreement: through the value that was passed, or by asking, unless none is needed.
   *
   * @throws {AudiencesError} what `seekAnew` throws; `stale` or `rate_limited` if other audiences
   * have been built on these since, or that is unknown.
   */
  async seek(plan: BulkPlan<Name>): Promise<BulkAgreed> {
    const { mode, auditLog } = this.#context;
    const passed = await this.#judgePassed(plan);
    if (passed && passed.refused === undefined) {
      const { ids, judgement } = passed;
      if (mode !== 'none') this.#assertShown(plan, judgement.unshown, plan.set);
      return agreedFor(ids, agreedBy(judgement));
    }
    if (mode === 'none') return { agreement: undefined, stale: new Set() };
    const agreement = await seekAnew(this.#matterOf(plan), passed?.refused, this.#context);
    await auditLog?.assertWritable();
    return agreedFor(this.#wish.ids, agreement);
  }

  /** The question that the user reads. */
  async describe(plan: BulkPlan<Name>): Promise<string> {
    this.#question ??= await this.#newDescription(plan);
    return this.#question;
  }

  /** A value for exactly those that are left, as agreed to. @param gone those removed meanwhile. */
  continuation({ set }: BulkPlan<Name>, left: readonly string[], gone: readonly string[]): string {
    const elsewhere = new Set([...left, ...gone]);
    const pairs = pairsOf(set, usersOutside(set, left, elsewhere));
    return this.#context.confirmations.issue(this.#subjectOf(set, left, true), pairs);
  }

  /**
   * The judgment on the value that was passed: one for exactly these ids, or one to continue with
   * exactly those that remain, with or without the ids of those that are done.
   */
  async #judgePassed(plan: BulkPlan<Name>): Promise<Passed | undefined> {
    const { confirmation, ids } = this.#wish;
    const { confirmations, askMode } = this.#context;
    if (confirmation === undefined) return undefined;
    // Continuing is not a new agreement: the earlier one was obtained in the configured way.
    const isContinued = askMode === 'elicitation' ? [true] : [false, true];
    let refused: Refusal = 'foreign';
    for (const continued of isContinued) {
      for (const some of [ids, [...plan.writes.keys()]]) {
        const subject = this.#subjectOf(plan.set, some, continued);
        const judgement = await confirmations.judge(confirmation, subject);
        if (judgement.kind === 'accepted') return { refused: undefined, ids: some, judgement };
        // If there are several refusals, one that recognizes the value says more.
        if (refused === 'foreign' && judgement.kind !== 'changed') refused = judgement.kind;
      }
    }
    return { refused };
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
      describe: () => this.describe(plan),
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
      .map(nameAndId);
    throw new AudiencesError(
      'stale',
      `Since the user was asked, the audiences built on these have changed: ${someOf(names, maxNamed)}. ${nothingWritten}`,
      {
        next: 'If it is still wanted, call again without confirmation, so that the user sees which.',
      },
    );
  }

  async #newDescription(plan: BulkPlan<Name>): Promise<string> {
    const { set, order, writes, unchanged, missing } = plan;
    const { action, spaceId } = this.#wish;
    const ids = [...writes.keys()];
    const looksUp = action !== 'enable' && ids.length <= maxLookedUp;
    const feeds = looksUp ? await findDestinations(spaceId, ids, this.#context) : undefined;
    const outsiders = outsidersOf(plan);
    const members = ids.flatMap((id): BulkMember[] => {
      const audience = set.found.get(id);
      if (!audience) return [];
      const dependents = set.knowsUsers ? outsiders.get(id) : undefined;
      const insiders = (set.users.get(id) ?? []).filter((user) => writes.has(user.id));
      const remark = this.#remark(audience);
      return [{ audience, dependents, insiders, feeds: feeds?.get(id), remark }];
    });
    return describeBulk({
      action,
      spaceId,
      members,
      unchanged,
      missing,
      circles: order.circles.map((circle) => circle.flatMap((id) => set.found.get(id) ?? [])),
      notes: this.#wish.consequences(members.length),
    });
  }

  #remark(audience: Audience): string | undefined {
    if (this.#wish.action === 'remove') return undefined;
    const readiness = readinessOf(audience, audiences, this.#context.now());
    if (!readiness) return undefined;
    const status = `status ${quotedPlainly(audience.status ?? '')}`;
    return readiness.isEarly ? `${status}, too early to edit` : status;
  }
}

/** @param ids of those that the user was asked about. */
function agreedFor(ids: readonly string[], agreement: Agreement): BulkAgreed {
  const sorted = ids.toSorted();
  return { agreement, stale: new Set(agreement.changed.flatMap((index) => sorted[index] ?? [])) };
}

/** By id of each audience to change, those built on it that are not changed with it. */
function outsidersOf({ set, writes }: Pick<BulkPlan, 'set' | 'writes'>) {
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
