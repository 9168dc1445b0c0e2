import * as z from 'zod';
import type { PlannedWrite } from '../safety/agreement.ts';
import { staleError } from '../safety/stale.ts';
import { type Audience, audienceSchema, type UpdateAudienceInput } from '../segment/entities.ts';
import { InvalidInputError } from '../segment/errors.ts';
import { visible } from '../visible.ts';
import { adviceAfterUpdate } from './advice.ts';
import { advice, id, lowerCaseType, name, spaceId, spaceOf, type } from './fields.ts';
import { adviceOnCadence, checkAtAnyLevel, checkBeforeSending, levelOf } from './query-check.ts';
import { defineTool, type ToolContext } from './tool.ts';
import { perform, rehearse, writeInputs, writeOutputs } from './write.ts';

const input = () =>
  z
    .strictObject({
      spaceId,
      id,
      enabled: z.boolean().optional().describe('false stops computing it'),
      name: name.optional().describe('New name; the key stays'),
      description: z.string().optional().describe('New description'),
      query: z.string().min(1).optional().describe('New definition, replaces the whole old one'),
      type: type.optional().describe('Level of query; default: as it is now'),
      expectedUpdatedAt: z
        .string()
        .min(1)
        .optional()
        .describe('updatedAt as you read it; refused (stale) if changed since'),
      ...writeInputs(),
    })
    .refine(
      ({ enabled, name, description, query }) =>
        [enabled, name, description, query].some((value) => value !== undefined),
      'give at least one of enabled, name, description, query',
    )
    .refine(({ type, query }) => type === undefined || query !== undefined, {
      path: ['type'],
      message: 'goes with query: give both',
    });
type Input = z.output<ReturnType<typeof input>>;

export const updateAudienceForSpace = defineTool({
  name: 'update_audience_for_space',
  title: 'Update audience for space',
  description:
    'Change an audience: at least one of enabled, name, description, query; the rest stays. Read it with get_audience first: it should be Live. Afterwards it is locked for a while. Limit: 10 a minute.',
  hints: {
    readOnlyHint: false,
    destructiveHint: true,
    idempotentHint: true,
    openWorldHint: true,
  },
  input,
  output: () => z.object({ audience: audienceSchema.optional(), ...writeOutputs(), advice }),
  async handle(input, context) {
    const { confirmation, dryRun, spaceId: _, ...args } = input;
    const { api, call, queryCheck } = context;
    const { enabled, name, description, query } = input;
    const space = spaceOf(input, context);
    if (query !== undefined) await checkAtAnyLevel(query, queryCheck);
    if (!dryRun) await api.foresee('update_audience_for_space', space, call);
    const before = readsFirst(input, context)
      ? await api.getAudience(space, input.id, call)
      : undefined;
    if (before) assertFresh(before, input, context);

    const body: UpdateAudienceInput = { enabled, name, description };
    const warnings: string[] = [];
    if (query !== undefined && before) {
      body.definition = { query, type: typeOf(input, before) };
      warnings.push(...(await checkNewQuery(body.definition, before, context)));
    }
    const plan: PlannedWrite = {
      write: { operation: 'update_audience_for_space', spaceId: space, id: input.id, input: body },
      args,
      before,
      after: before && changed(before, body),
    };
    if (dryRun) return { dryRun: await rehearse(plan, context), advice: warnings };
    const { audience } = await perform(plan, confirmation, context, async () => ({
      audience: await api.updateAudience(space, input.id, body, call),
    }));
    return { audience, advice: [...warnings, ...adviceAfterUpdate(query !== undefined)] };
  },
});

/** Whether the audience has to be known as it is; a request that is not needed is not made. */
function readsFirst(input: Input, { auditLog, confirm }: ToolContext): boolean {
  return (
    input.query !== undefined ||
    input.expectedUpdatedAt !== undefined ||
    input.dryRun === true ||
    auditLog !== undefined ||
    confirm === 'writes' ||
    (confirm === 'remove' && input.enabled === false)
  );
}

function assertFresh(before: Audience, { expectedUpdatedAt }: Input, { seen }: ToolContext): void {
  if (expectedUpdatedAt === undefined || sameTime(before.updatedAt, expectedUpdatedAt)) return;
  const known = seen.find(before.spaceId, before.id, ({ updatedAt }) =>
    sameTime(updatedAt, expectedUpdatedAt),
  );
  const since = `since ${JSON.stringify(expectedUpdatedAt)} (last at ${visible(before.updatedAt ?? 'a time unknown')}, by ${visible(before.updatedBy ?? 'someone unknown')})`;
  throw staleError(since, before, known);
}

/** Two texts may name the same moment. */
function sameTime(a: string | null | undefined, b: string): boolean {
  return a === b || Date.parse(a ?? '') === Date.parse(b);
}

/** The type that goes with a new query, which Segment wants beside it. */
function typeOf(input: Input, before: Audience): string {
  const type = input.type ? lowerCaseType(input.type) : before.definition?.type?.toLowerCase();
  if (type !== undefined) return type;
  throw new InvalidInputError('Segment does not show the present type of this audience.', {
    field: 'type',
    next: 'Pass type (users or accounts) together with query.',
  });
}

/** Checks a new definition at the level of the audience that gets it. @returns what to say of it. */
async function checkNewQuery(
  { query, type }: { query: string; type: string },
  before: Audience,
  { queryCheck }: ToolContext,
): Promise<string[]> {
  const level = levelOf(before.definition?.type ?? type);
  const warnings = await checkBeforeSending(query, level, queryCheck);
  return [...warnings, ...(await adviceOnCadence(before, query, level, queryCheck))];
}

/** The audience as it will be; what is left out of a change stays. */
function changed(before: Audience, change: UpdateAudienceInput): Audience {
  const given = Object.entries(change).filter(([, value]) => value !== undefined);
  return { ...before, ...Object.fromEntries(given) };
}
