import { InvalidInputError } from './errors.ts';

/**
 * Fills a path template such as `/spaces/{spaceId}/audiences/{id}`.
 *
 * Each value becomes exactly one path segment, whatever it holds: slashes, question marks and
 * percent signs are encoded. `.` and `..` are refused, because `encodeURIComponent` leaves them as
 * they are and every URL parser on the way may climb by them, encoded or not.
 *
 * @throws {InvalidInputError} for a value that is empty, `.`, `..` or not valid Unicode.
 */
export function fillPath(
  template: string,
  values: Readonly<Record<string, string | undefined>>,
): string {
  return template.replace(/\{(\w+)\}/g, (_, name: string) => segment(name, values[name]));
}

function segment(name: string, value: string | undefined): string {
  if (!value || value === '.' || value === '..' || !value.isWellFormed()) {
    throw new InvalidInputError(`${name} can't be ${JSON.stringify(value ?? '')}.`, {
      field: name,
      next: `Give ${name} as Segment shows it; list_audiences gives the ids of a space's audiences.`,
    });
  }
  return encodeURIComponent(value);
}
