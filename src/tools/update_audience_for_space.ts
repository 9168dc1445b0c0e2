import * as z from 'zod';
import type { AudienceChange, ChangeableOptions, ChangedOptions } from '../segment/contract.ts';
import { AudiencesError, errorEntrySchema, InvalidInputError } from '../segment/errors.ts';
import { type Audience, audienceSchema, typeOf } from '../segment/models/audience.ts';
import { shortened } from '../text/shorten.ts';
import { adviceAfterUpdate, adviceOnExternalIds, consequencesOfUpdate } from './advice.ts';
import {
  advice,
  checkNames,
  description,
  id,
  name,
  options,
  query,
  spaceId,
  spaceOf,
  type,
} from './fields.ts';
import { adviceOnNames } from './names.ts';
import { adviceOnCadence, checkAtAnyLevel, checkBeforeSending } from './query-check.ts';
import { defineTool, type ToolContext } from './tool.ts';
import { emptyIsWrong, shownRehearsal, writeInputs, writeOutputs } from './write.ts';

const changeable = ['enabled', 'name', 'description', 'query'] as const;
const optionNames = [
  'includeHistoricalData',
  'filterByExternalIds',
  'backfillEventDataDays',
] as const;

const input = () =>
  z
    .strictObject({
      spaceId,
      id,
      enabled: z.boolean().optional().describe('false stops computing it'),
      name: name.optional().describe('New name; the key stays'),
      description: description.optional().describe('New description'),
      query: query.optional().describe('Replaces the whole definition'),
      type: type.optional().describe('Level of query; cannot be changed'),
      ...options(),
      checkNames,
      expectedUpdatedAt: z
        .string()
        .min(1)
        .optional()
        .describe('updatedAt as you read it; stale if it differs'),
      ...writeInputs(),
    })
    .refine(
      (given) => [...changeable, ...optionNames].some((field) => given[field] !== undefined),
      `pass at least one of ${[...changeable, ...optionNames].join(', ')}`,
    )
    .refine((given) => given.type === undefined || given.query !== undefined, {
      path: ['type'],
      message: 'requires query: pass both',
    });
type Input = z.output<ReturnType<typeof input>>;

export const updateAudienceForSpace = defineTool({
  name: 'update_audience_for_space',
  title: 'Update audience for space',
  description:
    'Change an audience; omitted fields stay as they are. Read it with get_audience first: it should be Live. Afterwards, it is locked for a while. Disable only what the user named.',
  hints: {
    readOnlyHint: false,
    destructiveHint: true,
    idempotentHint: true,
    openWorldHint: true,
  },
  input,
  output: () => z.object({ audience: audienceSchema.optional(), ...writeOutputs(), advice }),
  // An empty description clears it.
  keepsEmpty: [...emptyIsWrong, 'expectedUpdatedAt', 'description'],
  async handle(given, context) {
    const space = spaceOf(given, context);
    if (given.query !== undefined) await checkAtAnyLevel(given.query, context.queryCheck);
    const namesOptions = optionNames.some((field) => given[field] !== undefined);
    const redefines = given.query !== undefined || namesOptions;
    const draft: AudienceChange = {
      spaceId: space,
      id: given.id,
      name: given.name,
      description: given.description,
      enabled: given.enabled,
      query: given.query,
      type: given.type,
      options: namesOptions ? optionsOf(given) : undefined,
    };
    const wish = context.carryOut({
      operation: 'update_audience_for_space',
      kind: 'change',
      spaceId: space,
      id: given.id,
      draft,
      grave: redefines || given.enabled === false,
      dryRun: given.dryRun,
      confirmation: given.confirmation,
      expectedUpdatedAt: given.expectedUpdatedAt,
      consequences: (edition, after) => [
        ...consequencesOfUpdate(redefines, edition),
        ...(namesOptions ? adviceOnExternalIds(after?.options, after?.options) : []),
      ],
      async plan(before) {
        const { advice: onQuery, warnings, level } = await checkNewQuery(given, before, context);
        const change: AudienceChange = {
          ...draft,
          type: level,
          options: namesOptions ? mergedOptions(given, before) : undefined,
        };
        return {
          input: change,
          after: before && changed(before, change),
          warnings,
          advice: onQuery,
        };
      },
    });
    const outcome = await wish.catch((error: unknown) => {
      throw given.description === '' ? clearingRefused(error, given) : error;
    });
    if (outcome.kind === 'rehearsed') {
      return { dryRun: shownRehearsal(outcome.rehearsal), advice: outcome.advice };
    }
    return {
      audience: shortened(outcome.output.audience),
      advice: [
        ...outcome.advice,
        ...adviceAfterUpdate(redefines, outcome.edition),
        ...(namesOptions ? adviceOnExternalIds(outcome.before?.options, outcome.options) : []),
      ],
    };
  },
});

/**
 * An empty description clears the old one, if Segment accepts it. It does not if it says so, or if
 * there is nothing else it can have refused.
 */
function clearingRefused(error: unknown, given: Input): unknown {
  if (!(error instanceof AudiencesError) || error.facts.status !== 422) return error;
  const fields = [...changeable, ...optionNames].filter((field) => given[field] !== undefined);
  const isAlone = fields.join() === 'description';
  if (!isAlone && !namesDescription(error.facts.details)) return error;
  const { code, message, facts } = error;
  const next = `Segment does not accept an empty description here: omit description, or pass some text. ${facts.next}`;
  return new AudiencesError(code, message, { ...facts, next }, { cause: error });
}

/** Whether Segment's list of problems names the description: by its dotted path, or in quotes. */
function namesDescription(details: unknown): boolean {
  const { data: entries = [] } = z.array(errorEntrySchema).safeParse(details);
  return entries.some(
    ({ field, message }) =>
      field?.split('.').at(-1) === 'description' || message?.includes('"description"') === true,
  );
}

/** The options that are named. */
function optionsOf(given: Input): ChangeableOptions {
  const { includeHistoricalData, filterByExternalIds, backfillEventDataDays } = given;
  return { includeHistoricalData, filterByExternalIds, backfillEventDataDays };
}

/** Checks a new definition at the level of its audience. */
async function checkNewQuery(given: Input, before: Audience | undefined, context: ToolContext) {
  const { queryCheck } = context;
  if (given.query === undefined || !before) return { advice: [], warnings: [], level: undefined };
  const present = typeOf(before);
  if (given.type && present && given.type !== present) {
    throw new InvalidInputError(`The audience is of type ${present}, which can't be changed.`, {
      field: 'type',
      next: `Omit type, or create a new audience of type ${given.type}.`,
    });
  }
  const level = given.type ?? present;
  if (level === undefined) {
    throw new InvalidInputError('Segment does not show the current type of this audience.', {
      field: 'type',
      next: 'Pass type (users, accounts or linked) together with query.',
    });
  }
  const checked = await checkBeforeSending(given.query, level, queryCheck);
  const named = { spaceId: spaceOf(given, context), query: given.query, type: level };
  const [onCadence, unknownNames] = await Promise.all([
    adviceOnCadence(before, given.query, level, queryCheck),
    given.checkNames ? adviceOnNames(named, context) : [],
  ]);
  return { advice: checked, warnings: [...onCadence, ...unknownNames], level };
}

/**
 * All options, with unnamed ones unchanged: Segment does not document whether it merges or replaces
 * them.
 *
 * @throws {InvalidInputError} for days of event data without historical data, and if an unnamed
 * option can't be kept as it is.
 */
function mergedOptions(given: Input, before: Audience | undefined): ChangedOptions {
  const present = before?.options ?? {};
  for (const option of optionNames) {
    // A value that was not understood was read as undefined.
    const isUnread = option in present && present[option] === undefined;
    if (isUnread && given[option] === undefined) throw unreadOption(option);
  }
  const includeHistoricalData =
    given.includeHistoricalData ?? present.includeHistoricalData ?? undefined;
  if (given.backfillEventDataDays !== undefined && includeHistoricalData !== true) {
    throw new InvalidInputError('backfillEventDataDays requires includeHistoricalData.', {
      field: 'backfillEventDataDays',
      next: 'Also pass includeHistoricalData: true, or omit backfillEventDataDays.',
    });
  }
  const days = given.backfillEventDataDays ?? present.backfillEventDataDays ?? undefined;
  return {
    includeHistoricalData,
    filterByExternalIds: given.filterByExternalIds ?? present.filterByExternalIds ?? undefined,
    // Dropped together with what it requires.
    backfillEventDataDays: given.includeHistoricalData === false ? undefined : days,
    includeAnonymousUsers: present.includeAnonymousUsers ?? undefined,
  };
}

function unreadOption(option: (typeof optionNames)[number]): InvalidInputError {
  return new InvalidInputError(
    `Segment shows the current ${option} of this audience in a form that this server does not understand, so it can't be kept as it is.`,
    { field: option, next: `Also pass ${option}, with the value it should have.` },
  );
}

/** The audience as it will be; fields that a change omits stay as they are. */
function changed(before: Audience, change: AudienceChange): Audience {
  const { filterByExternalIds, ...rest } = change.options ?? {};
  const ids = filterByExternalIds && [...filterByExternalIds];
  return {
    ...before,
    name: change.name ?? before.name,
    description: change.description ?? before.description,
    enabled: change.enabled ?? before.enabled,
    definition:
      change.query === undefined
        ? before.definition
        : { ...before.definition, query: change.query },
    options: change.options ? { ...rest, filterByExternalIds: ids } : before.options,
  };
}
