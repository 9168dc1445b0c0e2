import { cut, visible } from '../visible.ts';
import type { Input, OperationName } from './contract.ts';
import type { Form } from './editions/choice.ts';
import { InvalidInputError } from './errors.ts';
import type { HttpRequest } from './http.ts';
import { problemOfId, problemOfName } from './ids.ts';

/** So much of a refused id shows which one it is. */
const maxShownChars = 200;

/** What every request of this program has in its headers. */
export interface Sender {
  /** The Public API token. */
  token: string;
  /** Name and version of this program. */
  userAgent: string;
}

/** A request with its body as text, and the body itself for those who show it. */
export interface MadeRequest {
  request: HttpRequest;
  body: object | undefined;
}

/**
 * The request of one operation in the form of an edition.
 *
 * @throws {InvalidInputError} for an id that can't stand in a path.
 */
export function requestOf<Name extends OperationName>(
  { edition, row }: Form<Name>,
  input: Input<Name>,
  { token, userAgent }: Sender,
): MadeRequest {
  const mediaType = row.mediaType ?? edition.mediaType;
  const body = row.body?.(input);
  const query = new URLSearchParams(row.query?.(input)).toString();
  const path = fillPath(row.path, { ...input });
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
 * Fills a path template such as `/spaces/{spaceId}/audiences/{id}`; `{event:name}` stands for a name,
 * in which people may put slashes.
 *
 * Each value becomes exactly one path segment, also behind proxies that decode it, however often.
 *
 * @throws {InvalidInputError} for a value that would not: see `problemOfId` and `problemOfName`.
 */
export function fillPath(template: string, values: Readonly<Record<string, unknown>>): string {
  return template.replace(/\{(\w+)(:name)?\}/g, (_, field: string, isName: string | undefined) =>
    encodeSegment(field, values[field], isName ? problemOfName : problemOfId),
  );
}

function encodeSegment(
  field: string,
  value: unknown,
  problemOf: (value: string) => string | undefined,
): string {
  const text = typeof value === 'string' ? value : '';
  const problem = problemOf(text);
  if (problem === undefined) return encodeURIComponent(text);
  const shown = cut(visible(JSON.stringify(text)), maxShownChars);
  throw new InvalidInputError(`${field} can't be ${shown}: it must ${problem}.`, {
    field,
    next: `Give ${field} as Segment shows it; list_audiences gives the ids of a space's audiences.`,
  });
}
