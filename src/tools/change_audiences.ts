import * as z from 'zod';
import {
  type BulkOutcome,
  type BulkResult,
  type BulkWish,
  bulkActions,
  bulkOutcomes,
} from '../safety/bulk-wish.ts';

import { type Audience, typeOf } from '../segment/models/audience.ts';
import { shortenedText } from '../text/shorten.ts';
import { cut, visibleJson } from '../text/visible.ts';
import { consequencesOfAll, recreate } from './advice.ts';
import { advice, ids, spaceId, spaceOf } from './fields.ts';
import { defineTool } from './tool.ts';
import { emptyIsWrong, writeInputs } from './write.ts';

/** How long a call may take if the client asked for progress. */
const maxCallMs = 15 * 60_000;
/** Maximum length of the JSON of the copies of removed audiences. */
const maxCopiesChars = 100_000;
/** Maximum length of the JSON of a result without copies, with what the server may add. */
const maxResultChars = 97_000;
/** Maximum length of the JSON of the outcomes: 200 with names of quotes fit. */
const maxOutcomesChars = 60_000;
/** Maximum length of the JSON of the question and the requests in a dry run. */
const maxRehearsalChars = 60_000;
/** Maximum length of the question: 200 audiences with reasonable names fit. */
const maxQuestionChars = 50_000;
/** Maximum length of a name in a result; `removed` has the whole name. */
const maxNameChars = 80;

const results = () =>
  z.array(
    z.object({
      id: z.string(),
      name: z.string().optional(),
      outcome: z.enum(bulkOutcomes),
      code: z.string().optional(),
      message: z.string().optional(),
    }),
  );

export const changeAudiences = defineTool({
  name: 'change_audiences',
  title: 'Change audiences',
  description:
    'Enable, disable or delete several audiences, but only those the user intended. To continue, pass the ids listed in advice, and continuation as confirmation.',
  hints: {
    readOnlyHint: false,
    destructiveHint: true,
    idempotentHint: true,
    openWorldHint: true,
  },
  input: () =>
    z.strictObject({
      spaceId,
      ids,
      action: z.enum(bulkActions).describe('remove deletes for good'),
      ...writeInputs(),
    }),
  output: () =>
    z.object({
      action: z.enum(bulkActions),
      counts: z.record(z.string(), z.number()).describe('How many of each outcome'),
      results: results(),
      removed: z
        .array(z.looseObject({ id: z.string() }))
        .optional()
        .describe('As they were'),
      continuation: z.string().optional(),
      dryRun: z.looseObject({}).optional().describe('With dryRun only: nothing was sent'),
      advice,
    }),
  keepsEmpty: emptyIsWrong,
  maxCallMs,
  async handle({ action, ids: given, dryRun, confirmation, ...rest }, context) {
    const space = spaceOf(rest, context);
    const inputOf = (id: string) => ({ spaceId: space, id });
    const common = {
      tool: 'change_audiences',
      action,
      spaceId: space,
      ids: given,
      dryRun,
      confirmation,
    };
    const outcome =
      action === 'remove'
        ? await context.carryOutAll({
            ...common,
            operation: 'remove_audience_from_space',
            inputOf,
            isSo: () => false,
            afterOf: () => undefined,
            consequences: (count) => consequencesOfAll(action, count),
            copies: { of: copyOf, maxChars: maxCopiesChars },
          } satisfies BulkWish<'remove_audience_from_space'>)
        : await context.carryOutAll({
            ...common,
            operation: 'update_audience_for_space',
            inputOf: (id) => ({ ...inputOf(id), enabled: action === 'enable' }),
            isSo: ({ enabled }) => enabled === (action === 'enable'),
            afterOf: (before) => ({ ...before, enabled: action === 'enable' }),
            consequences: (count) => consequencesOfAll(action, count),
          } satisfies BulkWish<'update_audience_for_space'>);
    const removed = keptCopies(outcome.removed);
    const result = {
      action,
      counts: countsOf(outcome.results),
      results: shownResults(outcome.results),
      removed: removed.copies,
      continuation: outcome.continuation?.value,
      advice: [...outcome.advice, ...adviceOn(outcome), ...removed.advice],
    };
    if (!outcome.rehearsal) return result;
    const leftChars = maxResultChars - visibleJson(result).length;
    return { ...result, dryRun: shownRehearsal(outcome.rehearsal, leftChars) };
  },
});

/** With short names, or without names if they still have too many characters. */
function shownResults(all: readonly BulkResult[]) {
  const named = all.map(({ name, ...rest }) => ({
    ...rest,
    name: name === undefined ? undefined : cut(name, maxNameChars),
  }));
  if (visibleJson(named).length <= maxOutcomesChars) return named;
  return named.map((result) => ({ ...result, name: undefined }));
}

function countsOf(all: readonly BulkResult[]): Record<string, number> {
  const counts = Object.fromEntries(bulkOutcomes.map((outcome) => [outcome, 0]));
  for (const { outcome } of all) counts[outcome] = (counts[outcome] ?? 0) + 1;
  return counts;
}

/** Everything needed to recreate an audience, without fields that have no value. */
function copyOf(audience: Audience) {
  const { id, name, key, description, enabled, definition, options } = audience;
  const copy = {
    id,
    name,
    key,
    description,
    enabled,
    query: definition?.query,
    type: typeOf(audience),
    targetEntity: definition?.targetEntity,
    options,
  };
  const entries = Object.entries(copy).filter(([, value]) => (value ?? undefined) !== undefined);
  return { id, ...Object.fromEntries(entries) };
}

/** As many copies of removed audiences as fit; the audit log has the others. */
function keptCopies(removed: readonly Audience[]) {
  if (removed.length === 0) return { copies: undefined, advice: [] };
  let leftChars = maxCopiesChars;
  const copies = removed.map(copyOf).filter((copy) => {
    const chars = visibleJson(copy).length + 1;
    if (chars > leftChars) return false;
    leftChars -= chars;
    return true;
  });
  const more = removed.length - copies.length;
  const inLog =
    more > 0 ? [`${more} of them did not fit in removed; they are in the audit log.`] : [];
  return { copies, advice: [...(copies.length > 0 ? [recreate] : []), ...inLog] };
}

function adviceOn({ results: all, continuation }: BulkOutcome): string[] {
  const has = (outcome: BulkResult['outcome']) => all.some((result) => result.outcome === outcome);
  return [
    ...(continuation
      ? [
          `To continue without asking the user again, call within 5 minutes with ${goodFor(continuation.ids, all)}, the same action, and continuation as confirmation; it works once.`,
        ]
      : []),
    ...(has('unknown')
      ? ['First check with get_audience whether those with outcome unknown took effect.']
      : []),
    ...(has('stale') ? ['The stale ones were changed by someone else: tell the user.'] : []),
  ];
}

/** The ids that a continuation is valid for, which exclude those waiting for one that failed. */
function goodFor(left: readonly string[], all: readonly BulkResult[]): string {
  const notTried = all.filter(({ outcome }) => outcome === 'not_tried').length;
  return notTried === left.length
    ? `the ${notTried} ids with outcome not_tried`
    : `exactly these ids: ${left.join(', ')}`;
}

/** @param maxChars of its JSON. */
function shownRehearsal(rehearsal: NonNullable<BulkOutcome['rehearsal']>, maxChars: number) {
  const { edition, needsConfirmation } = rehearsal;
  const question = shortenedText(rehearsal.question, Math.min(maxQuestionChars, maxChars));
  let leftChars = Math.min(maxRehearsalChars, maxChars) - visibleJson(question).length;
  const all = rehearsal.requests.map(({ method, url, body }) => ({ method, url, body }));
  const requests = all.filter((request) => {
    leftChars -= visibleJson(request).length + 1;
    return leftChars >= 0;
  });
  const more = all.length - requests.length;
  const notice = more > 0 ? `${more} more requests are not shown.` : undefined;
  return { edition, needsConfirmation, question, requests, notice };
}
