import { holdsTokenForm, slipIn } from '../../config/slips.ts';

/*
 * What must not be shown of a client's entry, and must not stay in a copy that others can read.
 */

/** Names of variables, fields and flags whose values are secrets. */
const secretName = /token|secret|password|passwd|api-?_?key|authorization|credential/i;
/** Fields whose values are paths or references, whatever they are called. */
const referenceName = /_FILE$|_env_var$|_keys$/;

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
  if (typeof value !== 'object' || value === null) return [];
  // Whatever a header is called, it may be what lets a client in.
  return Object.entries(value).map(([key, inner]) => [
    inner,
    name === 'headers' ? 'Authorization' : key,
  ]);
}

function secretsOfText(text: string, name: string): string[] {
  const secrets = text.split(/[,=\s/]/).filter(holdsTokenForm);
  if (URL.canParse(text)) {
    const { password } = new URL(text);
    secrets.push(password, decoded(password));
  }
  const sign = text.indexOf('=');
  if (sign > 0 && isSecretName(text.slice(0, sign))) secrets.push(text.slice(sign + 1));
  else if (isSecretName(name) && !text.startsWith('-')) {
    const bare = text.replace(/^(?:Bearer|Basic) +/i, '');
    if (!/[${}]/.test(bare)) secrets.push(bare);
  }
  return secrets;
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
