import type { Tool as Definition } from '@modelcontextprotocol/sdk/types.js';
import type * as z from 'zod';
import { InvalidInputError } from '../segment/errors.ts';
import { nearestName } from '../text/nearest.ts';
import { cut, quoted, visible } from '../text/visible.ts';

/*
 * What models write instead of what a schema asks for. The schemas stay strict, and are advertised
 * as they are; arguments are normalized here first.
 */

type Arguments = Readonly<Record<string, unknown>>;

/**
 * Normalizes arguments to a tool's schema, as far as there is no doubt: in an optional field, null
 * and an empty text mean "not given"; a text may contain a whole number, or be true or false.
 *
 * @param schema as advertised. @param keepsEmpty fields in which an empty text has a meaning.
 */
export function broughtIntoForm(
  given: Arguments,
  schema: Definition['inputSchema'],
  keepsEmpty: readonly string[],
): Arguments {
  const { properties = {}, required = [] } = schema;
  const entries: [string, unknown][] = [];
  for (const [field, value] of Object.entries(given)) {
    const property = Object.hasOwn(properties, field) ? properties[field] : undefined;
    const isEmpty = value === null || (value === '' && !keepsEmpty.includes(field));
    if (property && isEmpty && !required.includes(field)) continue;
    entries.push([field, property ? asMeant(property, value) : value]);
  }
  return Object.fromEntries(entries);
}

/** @param property its schema. */
function asMeant(property: object, value: unknown): unknown {
  const items = 'items' in property ? property.items : undefined;
  if (!Array.isArray(value)) return ofType(typeOf(property), value);
  return value.map((item) => ofType(typeOf(items), item));
}

function typeOf(schema: unknown): unknown {
  return typeof schema === 'object' && schema !== null && 'type' in schema
    ? schema.type
    : undefined;
}

function ofType(type: unknown, value: unknown): unknown {
  if (typeof value !== 'string') return value;
  const word = value.trim().toLowerCase();
  if (type === 'integer' && /^-?\d{1,15}$/.test(word)) return Number(word);
  if (type === 'boolean' && (word === 'true' || word === 'false')) return word === 'true';
  return value;
}

/** Names that models and other APIs use, and our names for them. */
const otherNames: Readonly<Record<string, readonly string[]>> = {
  limit: ['count'],
  page_size: ['count'],
  pageSize: ['count'],
  per_page: ['count'],
  page: ['cursor'],
  after: ['cursor'],
  next: ['cursor'],
  pageToken: ['cursor'],
  space: ['spaceId'],
  audience: ['id'],
  audienceId: ['id'],
  audience_id: ['id'],
  audienceIds: ['ids'],
  audience_ids: ['ids'],
  title: ['name'],
  newName: ['name'],
  new_name: ['name'],
  search: ['text'],
  query: ['text'],
  q: ['text'],
  definition: ['query', 'type', 'targetEntity'],
  expression: ['query'],
  audienceType: ['type'],
  updatedAt: ['expectedUpdatedAt'],
  options: [
    'includeHistoricalData',
    'includeAnonymousUsers',
    'filterByExternalIds',
    'backfillEventDataDays',
  ],
};

/** More problems than these help nobody. */
const maxProblems = 10;
/** Maximum length of a name that somebody made up. */
const maxNameChars = 100;

interface Problem {
  field: string | undefined;
  message: string;
}

/**
 * The error for arguments that do not fit a tool's input schema.
 *
 * @param tool its name, and the fields in which an empty text has a meaning. @param fields the
 * names of all its fields. @param given the arguments that were checked.
 */
export function invalidInput(
  tool: { name: string; keepsEmpty?: readonly string[] },
  fields: readonly string[],
  given: Arguments,
  { issues }: z.ZodError,
): InvalidInputError {
  const isMissing = (field: string) =>
    (given[field] ?? null) === null || (given[field] === '' && !tool.keepsEmpty?.includes(field));
  const problems = issues
    .flatMap((issue) => problemsIn(issue, fields, isMissing))
    .slice(0, maxProblems);
  const sentences = problems.map(({ field, message }) => {
    const sentence = field === undefined ? message : `${field}: ${message}`;
    return visible(sentence);
  });
  const unique = [...new Set(sentences)];
  const hasStranger = issues.some(({ code }) => code === 'unrecognized_keys');
  const list = hasStranger ? ` The fields are ${fields.join(', ')}.` : '';
  return new InvalidInputError(`${tool.name}: ${unique.join('; ')}.${list}`, {
    next: 'Nothing was sent. Fix the arguments listed above and call again.',
    field: problems.find(({ field }) => field !== undefined)?.field,
    details: problems.length > 1 ? problems : undefined,
  });
}

function problemsIn(
  issue: z.core.$ZodIssue,
  fields: readonly string[],
  isMissing: (field: string) => boolean,
): Problem[] {
  if (issue.code === 'unrecognized_keys') {
    return issue.keys
      .slice(0, maxProblems)
      .map((key) => ({ field: cut(key, maxNameChars), message: strangerIn(key, fields) }));
  }
  const field = issue.path.join('.');
  const [name] = issue.path;
  if (typeof name === 'string' && issue.path.length === 1 && isMissing(name)) {
    return [{ field, message: 'is missing' }];
  }
  const isEmpty = issue.code === 'too_small' && issue.origin === 'string' && issue.minimum === 1;
  return [{ field: field || undefined, message: isEmpty ? 'must not be empty' : issue.message }];
}

/** The problem with an unknown field. */
function strangerIn(name: string, fields: readonly string[]): string {
  const others = Object.hasOwn(otherNames, name) ? (otherNames[name] ?? []) : [];
  const here = others.filter((field) => fields.includes(field));
  const near = nearestName(name, fields);
  const meant = here.length > 0 ? here : [near ?? []].flat();
  if (meant.length === 0) return 'unknown field';
  return `unknown field; pass ${meant.map((field) => quoted(field)).join(', ')} instead`;
}
