import type { Input, OperationName } from './contract.ts';
import type { Form } from './editions/choice.ts';
import { InvalidInputError } from './errors.ts';
import type { HttpRequest } from './http.ts';

/** What every request of this program has in its headers. */
export interface Sender {
  /** The Public API token. */
  token: string;
  /** Name and version of this program. */
  userAgent: string;
}

/** A request with its body as text, and the body itself for those who show it. */
export interface MadeRequest {
  request: Omit<HttpRequest, 'signal'>;
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
 * Fills a path template such as `/spaces/{spaceId}/audiences/{id}`.
 *
 * Each value becomes exactly one path segment, whatever it holds: slashes, question marks and
 * percent signs are encoded. `.` and `..` are refused, because `encodeURIComponent` leaves them as
 * they are and every URL parser on the way may climb by them, encoded or not.
 *
 * @throws {InvalidInputError} for a value that is empty, `.`, `..` or not valid Unicode.
 */
export function fillPath(template: string, values: Readonly<Record<string, unknown>>): string {
  return template.replace(/\{(\w+)\}/g, (_, name: string) => encodeSegment(name, values[name]));
}

function encodeSegment(name: string, value: unknown): string {
  const fits =
    typeof value === 'string' &&
    value !== '' &&
    value !== '.' &&
    value !== '..' &&
    value.isWellFormed();
  if (fits) return encodeURIComponent(value);
  throw new InvalidInputError(`${name} can't be ${JSON.stringify(value ?? '')}.`, {
    field: name,
    next: `Give ${name} as Segment shows it; list_audiences gives the ids of a space's audiences.`,
  });
}
