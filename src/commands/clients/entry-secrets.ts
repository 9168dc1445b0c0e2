import { holdsTokenForm, slipIn } from '../../config/slips.ts';

/*
 * What must not be shown of a client's entry, and must not stay in a copy that others can read.
 */

/** Names of variables, fields and flags whose values are secrets. */
const secretName = /token|secret|password|passwd|api-?_?key|authorization|credential/i;
/** Fields whose values are paths or references, whatever they are called. */
const referenceName = /_FILE$|_env_var$|_keys$|^env_http_headers$/;
/** Fields with headers; whatever a header is called, it may be what lets a client in. */
const headersName = /^(?:http_?)?headers$/i;
/** Flags for one header, as in `--header 'Authorization: Bearer …'`. */
const headerFlags = ['--header', '-H'];

/** All secrets in an entry, wherever they are; not references to variables. */
export function secretsIn(entry: unknown): string[] {
  const found = new Set<string>();
  collect(entry, '', found);
  return [...found].filter((secret) => secret !== '' && slipIn(secret)?.kind !== 'placeholder');
}

/** @param name of the field, or of the flag before it. */
function collect(value: unknown, name: string, found: Set<string>): void {
  if (typeof value === 'string') {
    for (const secret of secretsOfText(value.trim(), name)) found.add(secret);
  } else {
    for (const [part, partName] of partsOf(value, name)) collect(part, partName, found);
  }
}

/** The parts of a list or an object, each with its name. */
function partsOf(value: unknown, name: string): [part: unknown, name: string][] {
  if (Array.isArray(value)) {
    const items: readonly unknown[] = value;
    return items.map((item, index) => {
      const before = items[index - 1];
      return [item, typeof before === 'string' && before.startsWith('-') ? before : name];
    });
  }
  if (typeof value !== 'object' || value === null || referenceName.test(name)) return [];
  const isHeaders = headersName.test(name);
  return Object.entries(value).map(([key, inner]) => [inner, isHeaders ? 'Authorization' : key]);
}

function secretsOfText(text: string, name: string): string[] {
  const secrets = text.split(/[,=\s/]/).filter(holdsTokenForm);
  const isUrl = text.includes('://') && URL.canParse(text);
  if (isUrl) secrets.push(...secretsOfUrl(new URL(text)));
  const isHeader = headerFlags.includes(name);
  const sign = text.indexOf(isHeader ? ':' : '=');
  if (isHeader) secrets.push(...secretOfValue(text.slice(sign + 1)));
  else if (isSecretName(name) && !text.startsWith('-')) secrets.push(...secretOfValue(text));
  else if (!isUrl && sign > 0 && isSecretName(text.slice(0, sign)))
    secrets.push(text.slice(sign + 1));
  return secrets;
}

function secretsOfUrl({ password, searchParams }: URL): string[] {
  const named = [...searchParams].filter(([name]) => isSecretName(name));
  return [password, decoded(password), ...named.flatMap(([, value]) => secretOfValue(value))];
}

/** @returns an empty list for a reference to a variable. */
function secretOfValue(text: string): string[] {
  const bare = text.trim().replace(/^(?:Bearer|Basic) +/i, '');
  return /[${}]/.test(bare) ? [] : [bare];
}

function isSecretName(name: string): boolean {
  return secretName.test(name) && !referenceName.test(name);
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

/**
 * Whether a text that can't be parsed holds a token of Segment: one of the usual form, or any value of its
 * variable.
 */
export function holdsTokenInText(text: string): boolean {
  if (/(?<!\w)sgp_\w{16}/.test(text)) return true;
  // A shorter word is no token.
  const assignment = /SEGMENT_API_TOKEN["']?[ \t]{0,20}[:=][ \t]{0,20}["']?([^\s"',]{8,200})/g;
  return [...text.matchAll(assignment)].some(([, value = '']) => slipIn(value) === undefined);
}
