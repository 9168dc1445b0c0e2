import * as z from 'zod';
import { intervals, isTimezone } from './due-times.ts';
import { eventTypes } from './observed.ts';
import type { SandboxSeed, SeedEntityRow } from './seed-file.ts';
import { readSeedTime } from './seed-times.ts';

/*
 * The form of a seed. Objects are closed, so that a misspelled field is not ignored.
 */

const notInSegments = ['/', '\\', '?', '#', '%', ';'];

/** Whether a string is one segment of a path, however it is encoded and decoded. */
function isSegment(given: string): boolean {
  const isPlain = (character: string) =>
    character >= ' ' && (character < '\x7f' || character > '\x9f');
  return (
    !['.', '..'].includes(given) &&
    given.trim() === given &&
    !notInSegments.some((character) => given.includes(character)) &&
    [...given].every(isPlain)
  );
}

/** An object that says which fields it has where it is given another one. */
const object = <Shape extends z.ZodRawShape>(shape: Shape) =>
  z.strictObject(shape, {
    error: ({ code, keys }) =>
      code === 'unrecognized_keys'
        ? `has no field ${JSON.stringify(keys)}; expected only ${Object.keys(shape).join(', ')}`
        : undefined,
  });

const id = z.string().min(1).max(255);
/** One that stands in the path of requests, where clients refuse what could leave its segment. */
const pathId = id.refine(isSegment, {
  error:
    "can't be part of a path; expected an id without surrounding blanks, control characters or any of / \\ ? # % ;",
});
const text = z.string().min(1);
const values = z.record(z.string(), z.unknown());
const time = z.string().refine((given) => readSeedTime(given, 0) !== undefined, {
  error: 'is not a time; expected ISO 8601, such as 2026-03-01T09:00:00Z, or an age, such as -30d',
});

const schedule = z.discriminatedUnion('strategy', [
  object({
    strategy: z.literal('PERIODIC'),
    config: object({ interval: z.enum(intervals) }),
  }),
  object({
    strategy: z.literal('SPECIFIC_DAYS'),
    config: object({
      days: z.array(z.int().min(0).max(6)).min(1),
      hours: z.array(z.int().min(0).max(23)).min(1),
      timezone: z.string().refine(isTimezone, {
        error: 'is not a time zone; expected a name of the tz database, such as Europe/Berlin',
      }),
    }),
  }),
]);

const audience = object({
  id: pathId.optional(),
  key: id.optional(),
  name: text,
  description: text.optional(),
  enabled: z.boolean().optional(),
  audienceType: z.enum(['USERS', 'ACCOUNTS', 'LINKED']),
  definition: object({ query: text, targetEntity: id.optional() }),
  options: object({
    includeHistoricalData: z.boolean().optional(),
    filterByExternalIds: z.array(text).optional(),
    backfillEventDataDays: z.int().positive().optional(),
  }).optional(),
  createdBy: id.optional(),
  createdAt: time.optional(),
  updatedAt: time.optional(),
  schedules: z.array(schedule).optional(),
});

const computedTrait = object({
  name: text,
  description: text.optional(),
  enabled: z.boolean().optional(),
  definition: object({ query: text, type: z.enum(['USERS', 'ACCOUNTS']) }),
  createdAt: time.optional(),
});

const entityRow: z.ZodType<SeedEntityRow> = z.lazy(() =>
  object({ properties: values.optional(), entities: entityRows.optional() }),
);
const entityRows = z.record(z.string(), z.array(entityRow));

const profile = object({
  id,
  traits: values.optional(),
  events: z
    .array(
      object({
        name: text,
        at: time,
        properties: values.optional(),
        context: values.optional(),
        source: id.optional(),
      }),
    )
    .optional(),
  entities: entityRows.optional(),
  externalIds: z.array(text).optional(),
});

const account = object({
  id,
  traits: values.optional(),
  users: z.array(id).optional(),
});

const event = object({
  name: text,
  type: z.enum(eventTypes).optional(),
  lastSeenAt: time.optional(),
  properties: z.record(z.string(), z.array(z.unknown())).optional(),
});

const entity = object({
  slug: pathId,
  name: text.optional(),
  entitySlug: pathId.optional(),
  primaryKey: text,
  parent: pathId.optional(),
});

const activation = object({ name: text, type: text, enabled: z.boolean().optional() });

const destination = object({
  name: text.optional(),
  metadata: object({ id, slug: id, name: text }).optional(),
  enabled: z.boolean().optional(),
  readable: z.boolean().optional(),
  audiences: z.array(object({ audience: id, activations: z.array(activation).optional() })),
});

const space = object({
  id: pathId,
  slug: id.optional(),
  name: text.optional(),
  audiences: z.array(audience).optional(),
  computedTraits: z.array(computedTrait).optional(),
  profiles: z.array(profile).optional(),
  accounts: z.array(account).optional(),
  events: z.array(event).optional(),
  entities: z.array(entity).optional(),
  destinations: z.array(destination).optional(),
});

export const seedSchema: z.ZodType<SandboxSeed> = object({ spaces: z.array(space).min(1) });
