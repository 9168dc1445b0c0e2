import { httpSettingList } from '../../config/http-settings.ts';
import { minTokenChars, type Setting, settings } from '../../config/settings.ts';
import { holdsTokenForm, slipIn } from '../../config/slips.ts';
import { createRedactor, type Redactor } from '../../text/redact.ts';

/*
 * What must not be shown of a client's entry, and must not stay in a copy that others can read. One rule
 * for all of it: a value is a secret if its name says so, or if it looks like a token. All else is shown,
 * because a redacted user name would make every path useless.
 */

/** Names of variables, fields and flags whose values are secrets. */
const secretName =
  /token|secret|passwd|password|api-?_?key|authorization|credential|(?:pass|passphrase|pwd|auth|key|(?<![a-z])pat)s?\d*(?![a-z])/i;
/** Names whose values are references, whatever they are called. */
const referenceName = /_env_var$|_keys$|-env$|^env_http_headers$/;
/** Variables that name files. */
const fileName = /_FILE$/;
/** Fields with headers; whatever a header is called, it may be what lets a client in. */
const headersName = /^(?:http_?)?headers$/i;
/** Fields with variables. */
const variablesName = /^(?:env|envs|environment)$/;
/** Flags for one header, as in `--header 'Authorization: Bearer …'`. */
const headerFlags = ['--header', '-H'];

/** A secret of this program, which belongs in a file of its own. */
export interface OwnSecret {
  /** The setting that holds it, and the one that names its file. */
  setting: Setting<unknown>;
  file: Setting<string>;
  /** What it is, in a sentence about a text and in one about an entry. */
  any: string;
  itself: string;
  /** What to do if others have seen it. */
  replacing: string;
}

/** All of them, the most important one first. */
export const ownSecrets: readonly OwnSecret[] = [
  {
    setting: settings.token,
    file: settings.tokenFile,
    any: 'a Segment token',
    itself: 'the token itself',
    replacing: 'replace the token in Segment',
  },
  {
    setting: settings.secret,
    file: settings.secretFile,
    any: 'a sealing key',
    itself: 'the sealing key itself',
    replacing: 'replace the key',
  },
];
const isOwnSecret = (name: string) => ownSecrets.some(({ setting }) => setting.env === name);

/** Our own variables and flags whose values may be shown. */
const shownNames = new Set(
  [...Object.values<Setting<unknown>>(settings), ...httpSettingList].flatMap(
    ({ env, flag = env, secret }) => (secret || fileName.test(env) ? [] : [env, `--${flag}`]),
  ),
);

/** A redactor of the secrets in an entry that are long enough to be no part of any word. */
export function redactorOf(entry: unknown): Redactor {
  return createRedactor(secretsIn(entry).filter((secret) => secret.length >= minTokenChars));
}

/** All secrets in an entry, wherever they are; not references to variables. */
export function secretsIn(entry: unknown): string[] {
  const found = new Set<string>();
  collect({ value: entry, name: '', isVariable: false }, found);
  return [...found].filter((secret) => secret !== '' && !isPlaceholder(secret));
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
    for (const secret of secretsOfText(value.trim(), name, isVariable)) found.add(secret);
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

/** The secrets in a text of an entry. */
function secretsOfText(text: string, name: string, isVariable: boolean): string[] {
  const tokens = text.split(/[,=\s/]/).filter(holdsTokenForm);
  if (headerFlags.includes(name)) {
    return [...tokens, ...secretOfValue(text.slice(text.indexOf(':') + 1))];
  }
  if (isSecretByName(name, text)) return [...tokens, ...secretOfValue(text)];
  if (isUrl(text)) tokens.push(...secretsOfUrl(new URL(text)));
  if (isVariable && !shownNames.has(name) && !isPath(text) && looksLikeToken(text)) {
    return [...tokens, ...secretOfValue(text)];
  }
  const sign = isUrl(text) ? 0 : text.indexOf('=');
  const value = text.slice(sign + 1);
  return sign > 0 && isSecretByName(text.slice(0, sign), value)
    ? [...tokens, ...secretOfValue(value)]
    : tokens;
}

/** Whether a value is a secret because of the name of its variable, field or flag. */
function isSecretByName(name: string, value: string): boolean {
  if (shownNames.has(name) || !isSecretName(name)) return false;
  // One flag after another.
  if (name.startsWith('-') && value.startsWith('-')) return false;
  return fileName.test(name) ? !isFileName(value) : !isHarmless(value, name);
}

/** Whether a value is no secret, although its name says so. */
function isHarmless(text: string, name: string): boolean {
  if (/^(?:true|false|yes|no|on|off|\d{1,5})$/i.test(text)) return true;
  // A key in base64 may begin as a path does.
  const isPathToo = isPath(text) && !isOwnSecret(name);
  return (isPathToo || isPlainUrl(text)) && !looksLikeToken(text);
}

/** Whether a text has a part as random as a token: a long one of letters and digits, or a UUID. */
function looksLikeToken(text: string): boolean {
  if (/^[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}$/i.test(text)) return true;
  return text.split(/\W/).some((part) => {
    if (part.length < minRandomChars || segmentId.test(part)) return false;
    return /\d/.test(part) && /[a-z]/i.test(part);
  });
}

/** Shorter ones are names of people and machines, too. */
const minRandomChars = 20;
/** Spaces and audiences. */
const segmentId = /^(?:spa|aud)_/;

/** Whether a text begins as a path does that is not relative to nothing. */
function isPath(text: string): boolean {
  return /^(?:~|\.{1,2}|[a-z]:)?[\\/][^=+]*$/i.test(text);
}

function isUrl(text: string): boolean {
  return text.includes('://') && URL.canParse(text);
}

/** Whether a text is a URL without what may let somebody in. */
function isPlainUrl(text: string): boolean {
  if (!isUrl(text)) return false;
  const { username, password, search } = new URL(text);
  return username === '' && password === '' && search === '';
}

/** Whether the value of a variable for a file may name one, and is not a secret in its place. */
function isFileName(text: string): boolean {
  if (text.length < minTokenChars || isPath(text)) return true;
  return /^[^=+]*$/.test(text) && /[\\/]|\.\w{1,8}$/.test(text) && !looksLikeToken(text);
}

/**
 * The secrets in a comment or another text that is no entry: what follows a name of a secret, and what
 * has the form of a token. Words of less than eight characters are left out.
 */
export function secretsInText(text: string): string[] {
  const named = [...text.matchAll(assignment)].flatMap(([, name = '', ...values]) => {
    const value = values.find((each) => each !== undefined) ?? '';
    // Variables have no hyphen, and fields no capital letter in front of one.
    const field = /^[A-Z]\w*-/.test(name) ? 'headers' : 'env';
    return secretsIn({ [field]: { [name]: value } });
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
  /(?<![\w-])["']?([\w-]{1,100})["']?[ \t]{0,20}[:=][ \t]{0,20}(?:"([^"\r\n]*)"|'([^'\r\n]*)'|([^\s"',]+))/g;

/** A user without a password may be a token, as in `https://TOKEN@host`. */
function secretsOfUrl({ username, password, searchParams }: URL): string[] {
  const entry = password || username;
  const named = [...searchParams].filter(([name]) => isSecretName(name));
  return [
    ...(secretOfValue(decoded(entry)).length > 0 ? [entry, decoded(entry)] : []),
    ...named.flatMap(([, value]) => secretOfValue(value)),
  ];
}

/** @returns an empty list for a reference to a variable. */
function secretOfValue(text: string): string[] {
  const bare = text.trim().replace(/^(?:Bearer|Basic) +/i, '');
  const isReference = bare.includes('${') || bare.includes('{{') || isPlaceholder(bare);
  return isReference ? [] : [bare];
}

function isPlaceholder(text: string): boolean {
  return slipIn(text)?.kind === 'placeholder';
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

/** One of our own secrets in a text. */
export interface SecretInText {
  of: OwnSecret;
  secret: string;
  /** Counted from 1. */
  line: number;
}

/**
 * Our own secrets in a text of any format: Segment's tokens of the usual form, and any value of the
 * variables.
 */
export function ownSecretsInText(text: string): SecretInText[] {
  return text.split(/\r\n|\n|\r/).flatMap((content, index) =>
    ownSecrets.flatMap((of) => {
      const { setting } = of;
      const formed = setting === settings.token ? [...content.matchAll(/(?<!\w)sgp_\w{16,}/g)] : [];
      const assigned = [...content.matchAll(ownAssignment)].flatMap(([, name, value = '']) =>
        name === setting.env && !isWord(value) && slipIn(value) === undefined ? [value] : [],
      );
      const secrets = [...formed.map(([token]) => token), ...assigned];
      return secrets.map((secret) => ({ of, secret, line: index + 1 }));
    }),
  );
}

/** A shorter word is no secret. */
const ownAssignment =
  /(SEGMENT_API_TOKEN|SEGMENT_MCP_SECRET)["']?[ \t]{0,20}[:=][ \t]{0,20}["']?([^\s"',]{8,200})/g;

/** Whether a value is a word of a sentence, as in a comment on the variable. */
function isWord(text: string): boolean {
  return /^[a-z]+\W?$/.test(text);
}

/** Whether a text holds one of our own secrets. */
export function holdsOwnSecret(text: string): boolean {
  return ownSecretsInText(text).length > 0;
}
