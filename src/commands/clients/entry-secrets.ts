import { minTokenChars, type Setting, settings } from '../../config/settings.ts';
import { holdsTokenForm, slipIn } from '../../config/slips.ts';

/*
 * What must not be shown of a client's entry, and must not stay in a copy that others can read.
 */

/** Names of variables, fields and flags whose values are secrets. */
const secretName = /token|secret|password|passwd|api-?_?key|authorization|credential/i;
/** Names of variables whose values are secrets, however short. */
const secretVariable = /pass|pwd|auth|key|(?:^|_)pat$/i;
/** Fields whose values are paths or references, whatever they are called. */
const referenceName = /_FILE$|_env_var$|_keys$|^env_http_headers$/;
/** Variables that name files. */
const fileName = /_FILE$/;
/** Fields with headers; whatever a header is called, it may be what lets a client in. */
const headersName = /^(?:http_?)?headers$/i;
/** Fields with variables. */
const variablesName = /^(?:env|envs|environment)$/;
/** Flags for one header, as in `--header 'Authorization: Bearer …'`. */
const headerFlags = ['--header', '-H'];

/** Our own variables whose values may be shown. */
const shownVariables = Object.values<Setting<unknown>>(settings).flatMap(({ env, secret }) =>
  secret || fileName.test(env) ? [] : [env],
);

/**
 * All secrets in an entry, wherever they are; not references to variables. The value of a variable counts
 * as one unless it is plainly harmless.
 */
export function secretsIn(entry: unknown): string[] {
  const found = new Set<string>();
  collect({ value: entry, name: '', isVariable: false }, found);
  return [...found].filter((secret) => secret !== '' && slipIn(secret)?.kind !== 'placeholder');
}

/** A part of an entry. */
interface Part {
  value: unknown;
  /** Of the field, or of the flag before it. */
  name: string;
  isVariable: boolean;
}

function collect(part: Part, found: Set<string>): void {
  const { value, name, isVariable } = part;
  if (typeof value === 'string') {
    const text = value.trim();
    const secrets = isVariable ? secretsOfVariable(name, text) : secretsOfText(text, name);
    for (const secret of secrets) found.add(secret);
  } else {
    for (const inner of partsOf(part)) collect(inner, found);
  }
}

/** The parts of a list or an object. */
function partsOf({ value, name }: Part): Part[] {
  if (Array.isArray(value)) {
    const items: readonly unknown[] = value;
    return items.map((item, index) => {
      const before = items[index - 1];
      const isFlag = typeof before === 'string' && before.startsWith('-');
      return { value: item, name: isFlag ? before : name, isVariable: false };
    });
  }
  if (typeof value !== 'object' || value === null || referenceName.test(name)) return [];
  const isHeaders = headersName.test(name);
  const isVariable = variablesName.test(name);
  return Object.entries(value).map(([key, inner]) => {
    return { value: inner, name: isHeaders ? 'Authorization' : key, isVariable };
  });
}

/** The secrets in the value of a variable. */
function secretsOfVariable(name: string, text: string): string[] {
  if (shownVariables.includes(name)) return text.split(/[,=\s/]/).filter(holdsTokenForm);
  const secrets = secretsOfText(text, name).filter((secret) => secret !== '');
  return secrets.length > 0 || isHarmless(name, text) ? secrets : secretOfValue(text);
}

/** Whether the value of a variable may be shown. */
function isHarmless(name: string, text: string): boolean {
  if (fileName.test(name)) return text.length < minTokenChars || isFileName(text);
  if (isPath(text) || isPlainUrl(text)) return true;
  if (/^(?:true|false|yes|no|on|off|\d{1,3})$/i.test(text)) return true;
  if (secretVariable.test(name)) return false;
  // A shorter word may be a part of any other.
  return text.length < minTokenChars || /^[\d.]+$/.test(text);
}

/** Whether a text begins as a path does that is not relative to nothing. */
function isPath(text: string): boolean {
  return /^(?:~|\.{1,2}|[a-z]:)?[\\/][^=+]*$/i.test(text);
}

/** Whether a text is a URL without what may let somebody in. */
function isPlainUrl(text: string): boolean {
  if (!text.includes('://') || !URL.canParse(text)) return false;
  const { username, search } = new URL(text);
  return username === '' && search === '';
}

/** Whether a text may be the name of a file: it has a separator, or an ending. */
function isFileName(text: string): boolean {
  return /[\\/]|\.\w{1,8}$/.test(text);
}

/**
 * The secrets in a comment or another text that is no entry: what follows a name of a secret, and what
 * has the form of a token. Words of less than eight characters are left out.
 */
export function secretsInText(text: string): string[] {
  const named = [...text.matchAll(assignment)].flatMap(([, sign, name = '', ...values]) => {
    const value = values.find((each) => each !== undefined) ?? '';
    // With a capital letter in quotation marks, it is a variable or a header.
    const isNamed = sign !== '' && /^[A-Z]/.test(name);
    const isSecret = isNamed || isSecretName(name) || secretVariable.test(name);
    return isSecret ? secretsIn({ env: { [name]: value } }) : [];
  });
  const schemes = [...text.matchAll(/(?<!\w)(?:Bearer|Basic)[ \t]{1,20}([^\s"',]+)/gi)];
  const flags = [...text.matchAll(/(?<![\w-])--?([\w-]{1,100})["',\s]{1,20}([^\s"',]+)/g)];
  const urls = [...text.matchAll(/(?<![\w+.-])[a-z]{2,20}:\/\/[^\s"'<>]+/gi)];
  const all = [
    ...named,
    ...schemes.flatMap(([, value = '']) => secretOfValue(value)),
    ...flags.flatMap(([, name = '', value = '']) => secretsIn({ [name]: value })),
    ...urls.flatMap(([url]) => secretsIn({ url })),
    ...text.split(/\W+/).filter(holdsTokenForm),
  ];
  return [...new Set(all)].filter((secret) => secret.length >= minTokenChars);
}

/** NAME=VALUE, "NAME": "VALUE", and the like. */
const assignment =
  /(?<![\w-])(["']?)([\w-]{1,100})["']?[ \t]{0,20}[:=][ \t]{0,20}(?:"([^"\r\n]*)"|'([^'\r\n]*)'|([^\s"',]+))/g;

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
  const ofToken = /SEGMENT_API_TOKEN["']?[ \t]{0,20}[:=][ \t]{0,20}["']?([^\s"',]{8,200})/g;
  return [...text.matchAll(ofToken)].some(([, value = '']) => slipIn(value) === undefined);
}
