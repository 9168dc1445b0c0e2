import * as z from 'zod';
import { typeOf } from '../segment/models/audience.ts';
import type { PreviewFound } from '../space/previews.ts';
import { cut, visible } from '../text/visible.ts';
import {
  advice,
  assertEntityFits,
  assertSamplesAllowed,
  checkNames,
  filterByExternalIds,
  query,
  spaceId,
  spaceOf,
  targetEntity,
  type,
} from './fields.ts';
import { adviceOnNames } from './names.ts';
import { adviceOnQuota, shownSize, shownSizeSchema } from './previews.ts';
import { checkBeforeSending, meaningOf, meaningOutputs } from './query-check.ts';
import { defineTool, type ToolContext } from './tool.ts';

const maxExplanationChars = 30_000;
const maxReasonChars = 2000;

const input = () =>
  z
    .strictObject({
      spaceId,
      query: query.optional().describe('The definition'),
      type: type.default('users').describe('Who its members are'),
      targetEntity,
      filterByExternalIds,
      backfillEventDataDays: z.int().min(1).optional().describe('Days of event data'),
      previewId: z.string().optional().describe('Of a RUNNING preview; instead of query'),
      samples: z.boolean().optional().describe('Include ids of some members'),
      checkNames,
    })
    .refine(
      (given) => (given.query === undefined) !== (given.previewId === undefined),
      'pass either query or previewId',
    );
type Input = z.output<ReturnType<typeof input>>;

export const previewAudience = defineTool({
  name: 'preview_audience',
  title: 'Preview audience',
  description:
    'Count the members a definition would have; creates nothing. Each new definition uses one of the few previews per month. If RUNNING, call again with previewId.',
  hints: {
    readOnlyHint: true,
    destructiveHint: false,
    idempotentHint: false,
    openWorldHint: true,
  },
  input,
  output: () =>
    z.object({
      status: z.enum(['RUNNING', 'COMPLETED', 'FAILED']),
      previewId: z.string(),
      size: shownSizeSchema().optional(),
      sampleIds: z.array(z.string()).optional().describe('Of some members, not all'),
      failureReason: z.string().optional(),
      fromMemory: z.boolean().describe('True if from an earlier call, using no preview'),
      ...meaningOutputs(),
      quota: z.object({
        leftThisMinute: z.int(),
        usedThisMonth: z.int().describe('For this space, as counted by this server'),
        monthlyLimit: z.int(),
      }),
      advice,
    }),
  async handle(given, context) {
    const space = spaceOf(given, context);
    if (given.samples) assertSamplesAllowed(context);
    const { found, onQuery } = await findPreview(given, space, context);
    const quota = await context.previews.quotaOf(space);
    const { leftThisMinute, usedThisMonth, monthlyLimit } = quota;
    return {
      ...shownState(found, given.samples === true),
      ...(await meaningOfPreview(found)),
      quota: { leftThisMinute, usedThisMonth, monthlyLimit },
      advice: [...onQuery, ...adviceOnState(found), ...adviceOnQuota(quota)],
    };
  },
});

/** The requested preview, with advice on its definition. */
async function findPreview(given: Input, space: string, context: ToolContext) {
  const { previews, call, queryCheck } = context;
  if (given.query === undefined) {
    const found = await previews.read(space, given.previewId ?? '', call);
    return { found, onQuery: [] };
  }
  assertEntityFits(given);
  const wanted = {
    spaceId: space,
    query: given.query,
    type: given.type,
    targetEntity: given.targetEntity,
    filterByExternalIds: given.filterByExternalIds,
    backfillEventDataDays: given.backfillEventDataDays,
  };
  const onForm = await checkBeforeSending(given.query, given.type, queryCheck);
  const [found, onNames] = await Promise.all([
    previews.of(wanted, call),
    given.checkNames ? adviceOnNames(wanted, context) : [],
  ]);
  return { found, onQuery: [...onForm, ...onNames] };
}

function shownState({ state, fromMemory }: PreviewFound, withSamples: boolean) {
  const { id, status, size, sampleIds, failureReason } = state;
  const isReady = status === 'COMPLETED';
  return {
    status,
    previewId: id,
    size: isReady ? shownSize(size) : undefined,
    sampleIds: isReady && withSamples ? [...sampleIds] : undefined,
    failureReason,
    fromMemory,
  };
}

async function meaningOfPreview({ state }: PreviewFound) {
  const { definition, audienceType } = state;
  if (typeof definition?.query !== 'string') return {};
  const level = typeOf({ audienceType, definition }) ?? 'users';
  return meaningOf(definition.query, level, maxExplanationChars);
}

function adviceOnState({ state, because }: PreviewFound): string[] {
  switch (state.status) {
    case 'RUNNING':
      return [
        ...(because === undefined ? [] : [cut(visible(because), maxReasonChars)]),
        'It is still running: call again with previewId in a few seconds. That does not use up a preview.',
      ];
    case 'FAILED':
      return ['Segment could not compute it: see failureReason, and change the definition.'];
    case 'COMPLETED':
      return state.size ? [] : ['Segment returned no size for it.'];
  }
}
