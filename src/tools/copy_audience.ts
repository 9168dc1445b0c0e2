import * as z from 'zod';
import type { Replaced } from '../query/index.ts';
import type { CarryOut } from '../safety/wish.ts';
import {
  AudiencesError,
  CancelledError,
  InvalidInputError,
  UnsupportedError,
} from '../segment/errors.ts';
import { isSameSpace } from '../segment/ids.ts';
import { type Audience, typeOf } from '../segment/models/audience.ts';
import { cut, quoted, quotedPlainly, someOf } from '../text/visible.ts';
import { createAudience } from './create_audience.ts';
import {
  assertSpaceAllowed,
  checkNames,
  id,
  name,
  otherSpaceId,
  previewFirst,
  spaceId,
  spaceOf,
} from './fields.ts';
import { defineTool, type ToolContext } from './tool.ts';
import { emptyIsWrong, writeInputs } from './write.ts';

/** A longer list of strings would go unread. */
const maxStringsShown = 20;
const maxNamed = 10;

const optionNames = [
  'includeHistoricalData',
  'includeAnonymousUsers',
  'filterByExternalIds',
  'backfillEventDataDays',
] as const;

/** The language is imported when first needed, so that start-up does not wait for it. */
const language = () => import('../query/index.ts');

const input = () =>
  z
    .strictObject({
      spaceId,
      id,
      toSpaceId: otherSpaceId.describe('Default: the same space'),
      name: name.optional().describe('Default: the same name'),
      find: z.array(z.string()).optional().describe('Whole strings in the definition'),
      replaceWith: z.array(z.string()).optional().describe('Their replacements'),
      allowDuplicateName: z.boolean().optional().describe('Create it even if the name is taken'),
      checkNames,
      previewFirst,
      ...writeInputs(),
    })
    .refine((given) => (given.find?.length ?? 0) === (given.replaceWith?.length ?? 0), {
      path: ['replaceWith'],
      message: 'must have as many strings as find',
    })
    .refine(({ find = [] }) => new Set(find).size === find.length, {
      path: ['find'],
      message: 'must list each string once',
    });
type Input = z.output<ReturnType<typeof input>>;

export const copyAudience = defineTool({
  name: 'copy_audience',
  title: 'Copy audience',
  description:
    'Copy an audience within its space or to another, optionally replacing values in its definition. Otherwise like create_audience.',
  hints: {
    readOnlyHint: false,
    destructiveHint: false,
    idempotentHint: false,
    openWorldHint: true,
  },
  input,
  output: createAudience.output,
  keepsEmpty: emptyIsWrong,
  async handle(given, context) {
    const space = spaceOf(given, context);
    const toSpace = given.toSpaceId ?? space;
    assertSpaceAllowed(toSpace, 'toSpaceId', context);
    assertNamed(given, space, toSpace);
    const { api, call } = context;
    const { audience } = await api.send('get_audience', { spaceId: space, id: given.id }, call);
    const query = await newQuery(audience, given);
    const notes = [
      'Schedules and destinations are not copied.',
      ...(isSameSpace(space, toSpace) ? [] : await acrossSpaces(query, space, context)),
    ];
    // The user reads it before they agree.
    const carryOut: CarryOut = (wish) =>
      context.carryOut({
        ...wish,
        consequences: (edition, after) => [...wish.consequences(edition, after), ...notes],
      });
    const wanted = createInput(audience, query, toSpace, given);
    const created = await createAudience.handle(wanted, { ...context, carryOut });
    return { ...created, advice: [...new Set([...(created.advice ?? []), ...notes])] };
  },
});

/** @throws {InvalidInputError} for a copy with the same name in the same space as the original. */
function assertNamed(given: Input, space: string, toSpace: string): void {
  const isNextTo = isSameSpace(space, toSpace);
  if (!isNextTo || given.name !== undefined || given.allowDuplicateName) return;
  throw new InvalidInputError('name is missing: a copy in the same space needs a different name.', {
    field: 'name',
    next: 'Pass name, or toSpaceId for a copy in another space.',
  });
}

/** @throws {InvalidInputError} for a string that is not in the definition, or can't be. */
async function newQuery({ definition }: Audience, { find = [], replaceWith = [] }: Input) {
  const query = definition?.query;
  if (typeof query !== 'string') throw notShown('definition');
  if (find.length === 0) return query;
  const { replaceStrings } = await language();
  const pairs = find.map((text, index) => ({ find: text, replaceWith: replaceWith[index] ?? '' }));
  const replaced = replaceStrings(query, pairs);
  if (replaced.kind === 'replaced') return replaced.query;
  throw notReplaced(replaced);
}

function notReplaced(replaced: Exclude<Replaced, { kind: 'replaced' }>): InvalidInputError {
  switch (replaced.kind) {
    case 'missing': {
      const strings = replaced.strings.map((text) => quoted(text));
      return new InvalidInputError(
        `find: ${quoted(replaced.find)} is not a whole string in the definition. Nothing was sent.`,
        { field: 'find', next: `Its strings are ${listed(strings, maxStringsShown)}.` },
      );
    }
    case 'unwritable':
      return new InvalidInputError(
        `replaceWith: ${quoted(replaced.replaceWith)} can't be written as a string, because it has a backslash before a quote or at its end. Nothing was sent.`,
        { field: 'replaceWith', next: 'Pass a different string.' },
      );
    case 'unreadable':
      return new InvalidInputError(
        'find: it is unclear where the strings in the definition end. Nothing was sent.',
        { field: 'find', next: 'Pass the whole new definition to create_audience instead.' },
      );
  }
}

/** What may have a different meaning in another space, one sentence each. */
async function acrossSpaces(query: string, space: string, context: ToolContext): Promise<string[]> {
  const { checkErrors, references, sourceIdsIn } = await language();
  const { tree } = checkErrors(query, { purpose: 'audience' });
  const sources = sourceIdsIn(tree).map((source) => quotedPlainly(source));
  const notes =
    sources.length > 0
      ? [`The definition names sources of its original space: ${listed(sources, maxNamed)}.`]
      : [];
  const { traits } = references(tree);
  if (traits.length === 0) return notes;
  const keys = await audienceKeys(space, context);
  if (!keys) {
    return [
      ...notes,
      'It could not be determined whether the original is built on other audiences in its space.',
    ];
  }
  const used = traits.filter((trait) => keys.has(trait)).map((trait) => quotedPlainly(trait));
  if (used.length === 0) return notes;
  return [
    ...notes,
    `The definition is built on audiences of its original space, by their keys: ${listed(used, maxNamed)}. In the other space, these keys may mean something else or match nobody.`,
  ];
}

/** The keys of the audiences of a space; undefined if they can't be read. */
async function audienceKeys(
  space: string,
  { indexes, call }: ToolContext,
): Promise<ReadonlySet<string> | undefined> {
  try {
    const { audiences } = await indexes.read(space, call);
    return new Set(audiences.flatMap(({ key }) => key ?? []));
  } catch (error) {
    if (error instanceof CancelledError || !(error instanceof AudiencesError)) throw error;
    return undefined;
  }
}

/** The input of create_audience for the copy. @throws {UnsupportedError} if it can't be made. */
function createInput(audience: Audience, query: string, toSpace: string, given: Input) {
  const type = typeOf(audience);
  if (type === undefined) throw notShown('type');
  const wanted = createAudience.input().safeParse(
    withoutEmpty({
      spaceId: toSpace,
      name: given.name ?? audience.name,
      query,
      type,
      targetEntity: audience.definition?.targetEntity,
      description: audience.description,
      enabled: audience.enabled,
      ...optionsOf(audience),
      allowDuplicateName: given.allowDuplicateName,
      checkNames: given.checkNames,
      previewFirst: given.previewFirst,
      dryRun: given.dryRun,
      confirmation: given.confirmation,
    }),
  );
  if (wanted.success) return wanted.data;
  const [issue] = wanted.error.issues;
  const field = String(issue?.path[0] ?? 'audience');
  const next =
    field === 'name'
      ? 'Pass a different name.'
      : 'Read it with get_audience, and create the copy with create_audience.';
  throw new UnsupportedError(`The ${field} of this audience can't be copied: ${issue?.message}`, {
    next,
  });
}

/**
 * The options in the form of a create. @throws {UnsupportedError} for one that was not understood.
 */
function optionsOf({ options }: Audience) {
  const present = options ?? {};
  for (const option of optionNames) {
    // A value that was not understood was read as undefined.
    if (option in present && present[option] === undefined) throw notShown(option);
  }
  const { includeHistoricalData, includeAnonymousUsers, filterByExternalIds } = present;
  // Without historical data, they have no meaning, and a create refuses them.
  const days = includeHistoricalData ? present.backfillEventDataDays : undefined;
  return {
    includeHistoricalData,
    includeAnonymousUsers,
    filterByExternalIds,
    backfillEventDataDays: days,
  };
}

/**
 * Only those with a value: Segment shows null, an empty string or an empty list where there is
 * none.
 */
function withoutEmpty(values: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const isEmpty = (value: unknown) =>
    (value ?? '') === '' || (Array.isArray(value) && value.length === 0);
  return Object.fromEntries(Object.entries(values).filter(([, value]) => !isEmpty(value)));
}

function notShown(what: string): UnsupportedError {
  return new UnsupportedError(
    `Segment does not show the ${what} of this audience in a form that can be copied`,
    { next: 'Ask the user for it, and create the copy with create_audience.' },
  );
}

function listed(texts: readonly string[], maxCount: number): string {
  return cut(someOf(texts, maxCount) || 'none', 4000);
}
