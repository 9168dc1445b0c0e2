/** Keeps secrets out of whatever leaves the program. */
export interface Redactor {
  /** The text with every secret in it replaced. */
  text(text: string): string;
  /**
   * A copy of a JSON value with every secret in its strings and keys replaced. What is nested deeper
   * than anything sensible is left out, so that no value can overflow the stack of those who walk it.
   */
  value(value: unknown): unknown;
}

const mark = '[redacted]';
const deepest = 100;
const tooDeep = '[nested too deeply]';

/**
 * @param secrets the texts that must not appear anywhere, neither as they are nor as URLs, HTML,
 * JSON or base64 write them; empty ones are ignored.
 */
export function createRedactor(secrets: readonly string[]): Redactor {
  const known = new Set(secrets.filter((secret) => secret !== '').flatMap(spellings));
  const text = (given: string) =>
    [...known].reduce((clean, spelling) => clean.replaceAll(spelling, mark), given);
  const value = (given: unknown, depth: number): unknown => {
    if (typeof given === 'string') return text(given);
    if (typeof given !== 'object' || given === null) return given;
    if (depth > deepest) return tooDeep;
    if (Array.isArray(given)) return given.map((item) => value(item, depth + 1));
    const entries = Object.entries(given);
    return Object.fromEntries(entries.map(([key, item]) => [text(key), value(item, depth + 1)]));
  };
  return { text, value: (given) => value(given, 0) };
}

/** How a secret may be written by something that echoes it; longer ones first. */
function spellings(secret: string): string[] {
  const html = secret
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replaceAll("'", '&#39;');
  const base64 = Buffer.from(secret)
    .toString('base64')
    .replace(/={1,2}$/, '');
  const json = JSON.stringify(secret).slice(1, -1);
  const all = [secret, encodeURIComponent(secret), html, json, base64];
  return all.sort((a, b) => b.length - a.length);
}
