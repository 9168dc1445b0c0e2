/*
 * What comes from the host is of any shape. These read what is expected, and give undefined or
 * nothing for all else.
 */

export type Fields = Readonly<Record<string, unknown>>;

function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** An object as it is; one without fields for anything else. */
export function fieldsOf(value: unknown): Fields {
  return isFields(value) ? value : {};
}

/** A string that is not empty. */
export function textOf(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}

export function numberOf(value: unknown): number | undefined {
  return typeof value === 'number' && Number.isFinite(value) ? value : undefined;
}

export function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

export function rowsOf(value: unknown): readonly Fields[] {
  return listOf(value).filter(isFields);
}

/** The JSON value of a string; undefined if it is none. */
export function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** The fields that have a value. */
export function entriesOf(fields: unknown): [string, unknown][] {
  return Object.entries(fieldsOf(fields)).filter(
    ([, value]) => value !== undefined && value !== null,
  );
}
