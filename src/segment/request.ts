import { cut, visible } from '../text/visible.ts';
import type { Input, OperationName } from './contract.ts';
import type { Form } from './editions/choice.ts';
import { InvalidInputError } from './errors.ts';
import type { HttpRequest } from './http.ts';
import { problemOfId, problemOfName } from './ids.ts';

/** How much of a refused id is enough to recognize it. */
const maxShownChars = 200;

/** What every request of this program has in its headers. */
export interface Sender {
  /** The Public API token. */
  token: string;
  /** Name and version of this program. */
  userAgent: string;
}

/** A request with its body as text, and the body itself for showing it. */
export interface MadeRequest {
  request: HttpRequest;
  body: object | undefined;
}

/**
 * The request of one operation in the form of an edition.
 *
 * @throws {InvalidInputError} for an id that can't be in a path.
 */
export function requestOf<Name extends OperationName>(
  { edition, row }: Form<Name>,
  input: Input<Name>,
  { token, userAgent }: Sender,
): MadeRequest {
  const mediaType = row.mediaType ?? edition.mediaType;
  const body = row.body?.(input);
  const query = new URLSearchParams(row.query?.(input)).toString();
  const path = fillPath(row.path, { ...input }, row.idField);
  const headers: Record<string, string> = {
    authorization: `Bearer ${token}`,
    accept: `${mediaType}, application/json`,
    'user-agent': userAgent,
  };
  if (body) headers['content-type'] = mediaType;
  return {
    request: {
      method: row.method,
      path: query ? `${path}?${query}` : path,
      headers,
      body: body && JSON.stringify(body),
    },
    body,
  };
}

/**
 * Fills a path template such as `/spaces/{spaceId}/audiences/{id}`; `{event:name}` stands for a
 * name, which may contain slashes.
 *
 * Each value becomes exactly one path segment, also behind proxies that decode it, however often.
 *
 * @param idField what the caller calls the `id`.
 * @throws {InvalidInputError} for any other value: see `problemOfId` and `problemOfName`.
 */
export function fillPath(
  template: string,
  values: Readonly<Record<string, unknown>>,
  idField = 'id',
): string {
  return template.replace(/\{(\w+)(:name)?\}/g, (_, field: string, isName: string | undefined) => {
    const problemOf = isName ? problemOfName : problemOfId;
    const named = field === 'id' ? idField : field;
    return encodeSegment(named, values[field], problemOf, sourceOf(named, template));
  });
}

/** Where each field can be found. */
const sources: Readonly<Record<string, string>> = {
  spaceId: 'list_spaces shows the spaces; otherwise, ask the user for the id.',
  scheduleId: 'list_audience_schedules shows the schedules of an audience.',
  previewId: 'preview_audience returns it, or starts a new preview from the definition.',
  event: 'describe_space_schema with kind events lists them.',
  entity: 'describe_space_schema with kind entities lists them.',
};

function sourceOf(field: string, template: string): string {
  if (field === 'id' && template.includes('/computed-traits/')) {
    return 'list_computed_traits shows the computed traits of a space.';
  }
  return sources[field] ?? 'list_audiences shows the audiences of a space.';
}

function encodeSegment(
  field: string,
  value: unknown,
  problemOf: (value: string) => string | undefined,
  source: string,
): string {
  const text = typeof value === 'string' ? value : '';
  const problem = problemOf(text);
  if (problem === undefined) return encodeURIComponent(text);
  const shown = cut(visible(JSON.stringify(text)), maxShownChars);
  throw new InvalidInputError(`${field} can't be ${shown}: it must ${problem}.`, {
    field,
    next: `Pass ${field} as Segment shows it: ${source}`,
  });
}
