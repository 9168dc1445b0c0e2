import * as z from 'zod';
import { InvalidInputError } from '../segment/errors.ts';
import { audienceTypes } from '../segment/models/audience.ts';
import type { AudienceIndex, IndexedAudience, NameKind } from '../space/audience-index.ts';
import { nearMissOf } from '../space/near-misses.ts';
import {
  type FilteredField,
  type Filters,
  type Found,
  findIn,
  type SortKey,
  sorted,
  sortKeys,
} from '../space/search.ts';
import { cut, quoted } from '../text/visible.ts';
import { type Row, rowSchema } from './audience-row.ts';
import { advice, spaceId, spaceOf } from './fields.ts';
import { fits, leftOut, onlyNames, withFirstRows, withoutQuery } from './short-rows.ts';
import { defineTool } from './tool.ts';

const cadences = ['REALTIME', 'BATCH'] as const;
/** How many ids of audiences that can't be read are listed. */
const maxUnreadable = 100;
/** No sensible id is longer. */
const maxIdChars = 255;

const isoTime = () => z.union([z.iso.date(), z.iso.datetime({ offset: true })]);
const time = z.string().min(1).optional();
const size = z.int().min(0).optional();
const exact = z.string().min(1).optional();

const input = () =>
  z.strictObject({
    spaceId,
    text: z.string().min(1).optional().describe('Part of name, key or description'),
    enabled: z.boolean().optional().describe('Enabled or not'),
    status: z.string().min(1).optional().describe('Live, Computing, Failed, …'),
    type: z
      .string()
      .toLowerCase()
      .pipe(z.enum(audienceTypes))
      .meta({ enum: audienceTypes })
      .optional()
      .describe('Who its members are'),
    cadence: z
      .string()
      .toUpperCase()
      .pipe(z.enum(cadences))
      .meta({ enum: cadences })
      .optional()
      .describe('How it is computed'),
    event: exact.describe('Event in its definition'),
    trait: exact.describe('Trait in its definition'),
    property: exact.describe('Property in its definition'),
    audienceKey: exact.describe('Built on the audience with this key'),
    createdBy: exact.describe('User id'),
    updatedSince: time.describe('ISO 8601'),
    updatedBefore: time.describe('ISO 8601'),
    minSize: size.describe('Minimum members'),
    maxSize: size.describe('Maximum members'),
    sort: z.enum(sortKeys).default('name').describe('Unknown values last'),
    order: z.enum(['asc', 'desc']).default('asc').describe('desc: largest or latest first'),
    limit: z.int().min(1).max(200).default(20).describe('Maximum rows'),
    offset: z.int().min(0).default(0).describe('Rows to skip'),
    countOnly: z.boolean().optional().describe('Only the count, no rows'),
    maxAgeSeconds: z
      .int()
      .min(0)
      .max(3600)
      .default(60)
      .describe('How old the data may be; 0 rereads it'),
  });
type Input = z.output<ReturnType<typeof input>>;

const foundRowSchema = () =>
  // Loose because of createdAt, which is present if rows are ordered by it.
  rowSchema().extend({ usedByCount: z.number().optional() }).loose();
type FoundRow = z.infer<ReturnType<typeof foundRowSchema>>;

export const findAudiences = defineTool({
  name: 'find_audiences',
  title: 'Find audiences',
  description:
    'Search, count and rank all audiences of a space at once; all given filters must match. For "how many", "which use …", "the largest", "what builds on …".',
  hints: {
    readOnlyHint: true,
    destructiveHint: false,
    idempotentHint: true,
    openWorldHint: true,
  },
  input,
  output: () =>
    z.object({
      matches: z.int().describe('How many match, shown or not'),
      audiences: z.array(foundRowSchema()).optional(),
      unreadable: z.array(z.string()).describe('Ids of definitions that could not be read'),
      notice: z.string().optional().describe('What was left out of a long result'),
      advice,
    }),
  async handle(given, { call, indexes, ...context }) {
    const filters = filtersOf(given);
    assertOrdered(given, 'minSize', 'maxSize', filters);
    assertOrdered(given, 'updatedSince', 'updatedBefore', filters);
    const space = spaceOf(given, context);
    const askedAt = indexes.now();
    const index = await indexes.read(space, call, given.maxAgeSeconds * 1000);
    const found = findIn(index, filters);
    // What this call has read is not old, however long it took.
    const said = adviceOn(index, given, found, indexes.ageMs(index, askedAt));
    const answer = {
      matches: found.matches.length,
      unreadable: found.unreadable.slice(0, maxUnreadable).map(({ id }) => cut(id, maxIdChars)),
      advice: said.length > 0 ? said : undefined,
    };
    if (given.countOnly) return answer;
    const { offset, limit } = given;
    const shown = sorted(index, found.matches, given.sort, given.order);
    const rows = shown
      .slice(offset, offset + limit)
      .map((audience) => rowOf(index, audience, given.sort));
    return fitted(rows, offset, (audiences, notice) => ({ ...answer, audiences, notice }));
  },
});

/** @throws {InvalidInputError} for text that is not a time. */
function filtersOf(given: Input): Filters {
  return {
    ...given,
    updatedSince: timeOf('updatedSince', given.updatedSince),
    updatedBefore: timeOf('updatedBefore', given.updatedBefore),
  };
}

function timeOf(field: string, text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  // A time without a zone is in UTC, wherever this server runs.
  const instant = [text, `${text}Z`].find((each) => isoTime().safeParse(each).success);
  if (instant !== undefined) return Date.parse(instant);
  throw new InvalidInputError(`${field} can't be ${quoted(text)}: it must be a time.`, {
    field,
    next: 'Write it in ISO 8601, such as 2026-03-01 or 2026-03-01T12:00:00Z.',
  });
}

/** @throws {InvalidInputError} for two limits that nothing can meet. */
function assertOrdered(
  given: Input,
  least: 'minSize' | 'updatedSince',
  most: 'maxSize' | 'updatedBefore',
  filters: Filters,
): void {
  const [from, to] = [filters[least], filters[most]];
  if (from === undefined || to === undefined || from <= to) return;
  throw new InvalidInputError(
    `Nothing can match both ${least} ${given[least]} and ${most} ${given[most]}.`,
    { field: least, next: 'Swap the two values, or omit one of them.' },
  );
}

function rowOf(index: AudienceIndex, audience: IndexedAudience, sort: SortKey): FoundRow {
  const { id, name, key, enabled, status, type, cadence, query, updatedAt } = audience;
  return {
    id,
    name,
    key,
    enabled,
    status,
    type,
    size: audience.size,
    cadence,
    usedByCount: index.usedByCount(audience),
    query,
    updatedAt,
    createdAt: sort === 'createdAt' ? audience.createdAt : undefined,
  };
}

/** The result with as many columns, and then as many rows, as fit. */
function fitted<Answer extends object>(
  rows: readonly FoundRow[],
  offset: number,
  answerOf: (audiences: Row[], notice: string | undefined) => Answer,
): Answer {
  const inFull = answerOf([...rows], undefined);
  if (fits(inFull)) return inFull;
  const notice = (what: keyof typeof leftOut, end = 'No row is missing.') =>
    `The result is long, so ${leftOut[what]}. ${end}`;
  const shorter = answerOf(rows.map(withoutQuery), notice('query'));
  if (fits(shorter)) return shorter;
  return withFirstRows(rows.map(onlyNames), (names) => {
    const count = names.length;
    const next = `It ends after ${count} rows: continue with offset ${offset + count}.`;
    return answerOf(names, notice('allButNames', count < rows.length ? next : undefined));
  });
}

function adviceOn(index: AudienceIndex, given: Input, found: Found, ageMs: number): string[] {
  const said: string[] = [];
  const { audiences, complete, cutDescriptions } = index;
  if (!complete) {
    said.push(`Only the first ${audiences.length} audiences were searched; the space has more.`);
  }
  const hidden = found.unreadable.length - maxUnreadable;
  if (hidden > 0) said.push(`unreadable has ${hidden} more ids, which are not shown.`);
  for (const [field, count] of found.unknown) {
    said.push(`${count} more may match; the ${fieldNames[field] ?? field} is not known.`);
  }
  if (given.sort === 'size') {
    const unknown = found.matches.filter((audience) => audience.size === undefined).length;
    if (unknown > 0)
      said.push(`The size is not known for ${unknown} of the matches, which come last.`);
  }
  if (given.text !== undefined && cutDescriptions > 0) {
    const descriptions = cutDescriptions === 1 ? 'description' : 'descriptions';
    said.push(`At most the beginning of ${cutDescriptions} long ${descriptions} was searched.`);
  }
  said.push(...nearMisses(index, given));
  const ageSeconds = Math.floor(ageMs / 1000);
  if (ageSeconds > 0) {
    said.push(`This data is ${ageSeconds} s old; maxAgeSeconds: 0 reads the space again.`);
  }
  return said;
}

/** Names for fields whose own names would be odd in a sentence. */
const fieldNames: Partial<Record<FilteredField, string>> = {
  enabled: 'state (enabled or not)',
  createdBy: 'creator',
  updatedAt: 'last change',
};

const nameFields = [
  ['event', 'events'],
  ['trait', 'traits'],
  ['property', 'properties'],
  ['audienceKey', 'traits'],
] as const satisfies readonly (readonly [keyof Input, NameKind])[];

/** Names are compared exactly, so a typo finds nothing. */
function nearMisses(index: AudienceIndex, given: Input): string[] {
  return nameFields.flatMap(([field, kind]) => {
    const name = given[field];
    const near = name === undefined ? undefined : nearMissOf(index, kind, name);
    return near ? [`${field}: did you mean ${quoted(near.name)}, used by ${near.usedBy}?`] : [];
  });
}
