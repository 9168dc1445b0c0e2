/** Keeps secrets out of whatever leaves the program. */
export interface Redactor {
  /** The text with every secret in it replaced. */
  text(text: string): string;
  /** A copy of a JSON value with every secret in its strings and keys replaced. */
  value(value: unknown): unknown;
}

const mark = '[redacted]';

/** @param secrets the texts that must not appear anywhere; empty ones are ignored. */
export function createRedactor(secrets: readonly string[]): Redactor {
  const known = secrets.filter((secret) => secret !== '');
  const text = (given: string) =>
    known.reduce((clean, secret) => clean.replaceAll(secret, mark), given);
  const value = (given: unknown): unknown => {
    if (typeof given === 'string') return text(given);
    if (Array.isArray(given)) return given.map(value);
    if (typeof given !== 'object' || given === null) return given;
    return Object.fromEntries(Object.entries(given).map(([key, item]) => [text(key), value(item)]));
  };
  return { text, value };
}
