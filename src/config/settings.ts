import { isAbsolute } from 'node:path';
import * as z from 'zod';
import { type LogLevel, logLevels } from '../log.ts';
import { once } from '../once.ts';
import { suggest } from '../query/suggest.ts';
import { askModes, confirmModes } from '../safety/agreement.ts';
import { replicaPlaceholder } from '../safety/audit-path.ts';
import type { OperationName } from '../segment/contract.ts';
import { editionSettings, isOperationName, operationNames } from '../segment/editions/editions.ts';
import { problemOfId } from '../segment/ids.ts';
import { queryCheckModes } from '../tools/query-check.ts';
import {
  defaultToolsets,
  isToolset,
  listedTools,
  type Toolset,
  toolsets,
} from '../tools/toolsets.ts';
import type { Secrets } from './keys-of-secret.ts';

/** One setting; `--help` and docs/options.md are generated from these. */
export interface Setting<Value> {
  /** Without its dashes; undefined for what must not appear on a command line. */
  flag?: string;
  /** The name of the flag's value in the help; undefined for a switch. */
  argument?: string;
  env: string;
  meaning: string;
  /** The default, as a person would write it. */
  fallback?: string;
  /** Whether it is a restriction: a value that can't be read must not be treated as not set. */
  restricts?: true;
  /**
   * Whether other programs use the variable, too: a value that is not ours never stops the start.
   */
  shared?: true;
  /** What we ourselves replace in its value, so that it is not a placeholder that a client left. */
  variable?: string;
  /** Whether its value may be a secret. */
  secret?: true;
  /** What its value is other than text: the path of a file or folder, or a number. A switch has no argument. */
  kind?: 'path' | 'number';
  /**
   * Converts the given text to the value, or says what is wrong with it. Made when a value is given:
   * few settings are.
   */
  schema: () => z.ZodType<Value, string>;
}

/** A setting that always has a value. */
export interface SettingWithFallback<Value> extends Setting<Value> {
  fallback: string;
}

/** Gives a row of a table of settings its type, and keeps its schema once it is made. */
export function setting<Value>(given: SettingWithFallback<Value>): SettingWithFallback<Value>;
export function setting<Value>(given: Setting<Value>): Setting<Value>;
export function setting<Value>(given: Setting<Value>): Setting<Value> {
  return { ...given, schema: once(given.schema) };
}

/** A number of milliseconds within bounds. */
export const milliseconds = (min: number, max: number) =>
  z
    .string()
    .regex(/^\d{1,9}$/, 'must be a whole number of milliseconds')
    .transform(Number)
    .pipe(z.number().min(min, `must be ${min} or more`).max(max, `must be ${max} or less`));

/** A number of things, at least one. */
const count = () =>
  z
    .string()
    .regex(/^[1-9]\d{0,6}$/, 'must be a positive whole number')
    .transform(Number);

const on = ['1', 'true', 'yes', 'on'];
const off = ['0', 'false', 'no', 'off'];

/** A switch, as environment variables write it. */
const onOff = () =>
  z
    .string()
    .toLowerCase()
    .refine((word) => [...on, ...off].includes(word), 'must be 1 or 0')
    .transform((word) => on.includes(word));

/** One of a few words, in either case. */
export const oneOf = <const Words extends readonly string[]>(list: Words, message: string) =>
  z.string().toLowerCase().pipe(z.enum(list, message));

/** Other programs' names for our levels. */
const levelAliases: Readonly<Record<string, LogLevel>> = {
  ...{ fatal: 'error', critical: 'error', err: 'error' },
  ...{ warning: 'warn', information: 'info', notice: 'info' },
  ...{ trace: 'debug', verbose: 'debug', silly: 'debug', all: 'debug' },
};

const logLevel = () =>
  z
    .string()
    .toLowerCase()
    .transform((word) => (Object.hasOwn(levelAliases, word) ? levelAliases[word] : word))
    .pipe(z.enum(logLevels, 'must be error, warn, info or debug'));

/** A shorter one would match common words. */
export const minTokenChars = 8;

/**
 * A token goes into an HTTP header, and is redacted wherever it appears: so it must be one word of
 * visible ASCII, and not so short that common words contain it.
 */
const token = () =>
  z
    .string()
    .regex(/^[\x21-\x7e]*$/, 'must be the token alone: no spaces, quotes or line breaks')
    .min(minTokenChars, 'is too short to be a token');

/** Keys in base64, in either alphabet, separated by commas or line breaks. */
const secrets = () =>
  z
    .string()
    .transform((text) => text.split(/[,\r\n]/).map((word) => word.trim()))
    .transform((list) => list.filter((word) => word !== ''))
    .transform((list, context): Secrets => {
      const isKey = (word: string) =>
        /^[A-Za-z0-9+/_-]+={0,2}$/.test(word) && Buffer.from(word, 'base64').length >= 32;
      const [first, ...others] = list;
      if (first !== undefined && others.length <= 1 && list.every(isKey)) return [first, ...others];
      context.addIssue('must be one or two values of at least 32 bytes in base64');
      return z.NEVER;
    });

/** A URL whose traffic nobody on the way can read: https, or http that stays on this machine. */
export const fetchableUrl = () =>
  z.string().superRefine((text, context) => {
    const url = URL.canParse(text) ? new URL(text) : undefined;
    const loopback = ['127.0.0.1', '[::1]', 'localhost'].includes(url?.hostname ?? '');
    if (!url || !(url.protocol === 'https:' || (url.protocol === 'http:' && loopback))) {
      context.addIssue('must be an https URL, or an http one on 127.0.0.1, [::1] or localhost');
    } else if (url.username || url.password || url.hash) {
      context.addIssue('must have no user, password or fragment');
    }
  });

/** The same, for URLs to which a path is added, or that are compared. */
export const safeUrl = () =>
  fetchableUrl().superRefine((text, context) => {
    if (URL.canParse(text) && new URL(text).search) context.addIssue('must have no query');
  });

/**
 * An unknown name may be a secret in the wrong place: it is repeated only if it is close to a known
 * one.
 */
function unknownName(kind: string, index: number, word: string, known: readonly string[]): string {
  const meant = suggest(word, known);
  const names = `expected one of ${known.join(', ')}`;
  return meant === undefined
    ? `has an unknown ${kind} in entry ${index + 1}; ${names}`
    : `has an unknown ${kind} "${word}"; ${names}: did you mean ${meant}?`;
}

const perMinute = () =>
  z.string().transform((text, context) => {
    const limits: Partial<Record<OperationName, number>> = {};
    for (const [index, part] of text.split(',').entries()) {
      const [word = '', amount = ''] = part.split('=').map((each) => each.trim());
      const name = word.toLowerCase();
      if (!isOperationName(name)) {
        context.addIssue(unknownName('operation', index, word, operationNames));
      } else if (!/^[1-9]\d{0,5}$/.test(amount)) {
        context.addIssue(`needs a positive whole number for ${name}, as in ${name}=50`);
      } else {
        limits[name] = Number(amount);
      }
    }
    return limits;
  });

const spaceId = () =>
  z
    .string()
    .max(255, 'must have at most 255 characters')
    .superRefine((id, context) => {
      const problem = problemOfId(id);
      if (problem !== undefined) context.addIssue(`must ${problem}`);
    });

/** Words separated by commas; empty ones are dropped. */
export const words = () =>
  z
    .string()
    .transform((text) => text.split(',').map((word) => word.trim()))
    .transform((list) => list.filter((word) => word !== ''))
    .refine((list) => list.length > 0, 'must name at least one')
    .refine(
      (list) => list.every((word) => !/[\s;|]/.test(word)),
      'must separate its entries with commas, not spaces or semicolons',
    );

const toolList = () =>
  words()
    .transform((names) => names.map((name) => name.toLowerCase()))
    .superRefine((names, context) => {
      const known = listedTools.map(({ name }) => name);
      for (const [index, name] of names.entries()) {
        if (known.includes(name)) continue;
        context.addIssue(unknownName('tool', index, name, known));
      }
    });

/** Names of toolsets; `all` means all of them. */
const toolsetList = () =>
  words().transform((names, context): Toolset[] =>
    names.flatMap((given, index) => {
      const name = given.toLowerCase();
      if (name === 'all') return toolsets;
      if (isToolset(name)) return [name];
      context.addIssue(unknownName('toolset', index, given, [...toolsets, 'all']));
      return [];
    }),
  );

/** All settings, in the order in which the help shows them. */
export const settings = {
  token: setting({
    env: 'SEGMENT_API_TOKEN',
    meaning: "The workspace's Public API token",
    secret: true,
    schema: token,
  }),
  tokenFile: setting({
    env: 'SEGMENT_API_TOKEN_FILE',
    kind: 'path',
    meaning:
      'File that holds the token, instead of SEGMENT_API_TOKEN; if both are set, they must hold the same one',
    schema: () => z.string(),
  }),
  startWithoutToken: setting({
    flag: 'start-without-token',
    env: 'SEGMENT_START_WITHOUT_TOKEN',
    meaning:
      'Serve stdin and stdout even if there is no token: the tools are listed, and calls that need Segment end with an error that says where to enter one',
    schema: onOff,
  }),
  sandbox: setting({
    flag: 'sandbox',
    env: 'SEGMENT_SANDBOX',
    meaning:
      'Use a built-in stand-in for Segment; needs no token, and its first space is the default',
    schema: onOff,
  }),
  edition: setting({
    flag: 'edition',
    argument: editionSettings.join('|'),
    env: 'SEGMENT_EDITION',
    meaning:
      "Edition of Segment's API: v1 is today's, and v1alpha is that of 2024; auto starts with v1alpha and switches to v1 once Segment shows that it supports it",
    fallback: 'auto',
    schema: () => oneOf(editionSettings, `must be one of ${editionSettings.join(', ')}`),
  }),
  region: setting({
    flag: 'region',
    argument: 'us|eu',
    env: 'SEGMENT_REGION',
    meaning: 'Region of the workspace',
    fallback: 'us',
    schema: () => oneOf(['us', 'eu'], 'must be us or eu'),
  }),
  apiUrl: setting({
    flag: 'api-url',
    argument: 'URL',
    env: 'SEGMENT_API_URL',
    meaning: "Base URL to use instead of the region's: https, or http on loopback",
    schema: safeUrl,
  }),
  space: setting({
    flag: 'space',
    argument: 'ID',
    env: 'SEGMENT_SPACE_ID',
    meaning: 'Default space, used by calls without spaceId',
    schema: spaceId,
  }),
  readOnly: setting({
    flag: 'read-only',
    env: 'SEGMENT_READ_ONLY',
    restricts: true,
    meaning: 'Offer no tools that write, and never write anything',
    schema: onOff,
  }),
  allowedSpaces: setting({
    flag: 'allowed-spaces',
    argument: 'ID,…',
    env: 'SEGMENT_ALLOWED_SPACES',
    restricts: true,
    meaning: 'The only spaces that may be used; if not set, all that the token can access',
    schema: () => words().pipe(z.array(spaceId())),
  }),
  tools: setting({
    flag: 'tools',
    argument: 'NAME,…',
    env: 'SEGMENT_TOOLS',
    restricts: true,
    meaning: 'The only tools to offer; with --toolsets, only those that its toolsets include',
    schema: toolList,
  }),
  toolsets: setting({
    flag: 'toolsets',
    argument: 'NAME,…|all',
    env: 'SEGMENT_TOOLSETS',
    restricts: true,
    meaning: `The groups of tools to offer: ${toolsets.join(', ')}, or all; ${defaultToolsets.join(', ')}, if neither this nor --tools is set`,
    schema: toolsetList,
  }),
  noSamples: setting({
    flag: 'no-samples',
    env: 'SEGMENT_NO_SAMPLES',
    restricts: true,
    meaning: 'Never show property values, trait values or member ids',
    schema: onOff,
  }),
  confirm: setting({
    flag: 'confirm',
    argument: 'none|remove|writes',
    env: 'SEGMENT_CONFIRM',
    restricts: true,
    meaning:
      "Which calls need the user's agreement: none; remove, those that delete or disable an audience or replace its definition or options; writes, all that change anything",
    fallback: 'remove',
    schema: () => oneOf(confirmModes, 'must be none, remove or writes'),
  }),
  ask: setting({
    flag: 'ask',
    argument: 'auto|elicitation|confirmation',
    env: 'SEGMENT_ASK',
    restricts: true,
    meaning:
      "How to ask for the user's agreement: auto, through a question that the client asks if it can, otherwise through a value for a second call; elicitation, only through the question; confirmation, only through the value",
    fallback: 'auto',
    schema: () => oneOf(askModes, 'must be auto, elicitation or confirmation'),
  }),
  secret: setting({
    env: 'SEGMENT_MCP_SECRET',
    secret: true,
    meaning:
      'Keys that seal confirmations: one or two, at least 32 bytes each, in base64; the first one signs. If not set, a random key in the state folder',
    schema: secrets,
  }),
  secretFile: setting({
    env: 'SEGMENT_MCP_SECRET_FILE',
    kind: 'path',
    meaning: 'File that holds the keys that seal confirmations, instead of SEGMENT_MCP_SECRET',
    schema: () => z.string(),
  }),
  stateFolder: setting({
    env: 'SEGMENT_STATE_DIR',
    kind: 'path',
    meaning:
      "Folder for the key that seals confirmations, the record of used ones, and the number of previews started; if not set, the platform's own folder for state",
    // Processes started in another folder would find another key.
    schema: () => z.string().refine(isAbsolute, 'must be an absolute path'),
  }),
  auditLog: setting({
    flag: 'audit-log',
    argument: 'FILE',
    env: 'SEGMENT_AUDIT_LOG',
    kind: 'path',
    restricts: true,
    variable: replicaPlaceholder,
    meaning:
      'File that records every attempt to write, as lines of JSON. With --http, {replica} in its path is the name of the replica, and stdout means stdout',
    schema: () => z.string(),
  }),
  timeoutMs: setting({
    flag: 'timeout-ms',
    argument: 'MS',
    env: 'SEGMENT_TIMEOUT_MS',
    kind: 'number',
    meaning: 'Maximum duration of one HTTP attempt',
    fallback: '30000',
    schema: () => milliseconds(1, 600_000),
  }),
  maxWaitMs: setting({
    flag: 'max-wait-ms',
    argument: 'MS',
    env: 'SEGMENT_MAX_WAIT_MS',
    kind: 'number',
    meaning: 'Maximum wait for quota and retries within one tool call',
    fallback: '45000',
    schema: () => milliseconds(0, 3_600_000),
  }),
  perMinute: setting({
    flag: 'rate-limits',
    argument: 'NAME=N,…',
    env: 'SEGMENT_RATE_LIMITS',
    meaning: 'Requests per minute of an operation, instead of the limit learned from Segment',
    schema: perMinute,
  }),
  queryCheck: setting({
    flag: 'query-check',
    argument: 'error|warn|off',
    env: 'SEGMENT_QUERY_CHECK',
    meaning:
      'What to do with a definition that the check finds invalid: error refuses it, warn sends it with a warning, off skips the check',
    fallback: 'error',
    schema: () => oneOf(queryCheckModes, 'must be error, warn or off'),
  }),
  planLimit: setting({
    flag: 'plan-limit',
    argument: 'N',
    env: 'SEGMENT_PLAN_LIMIT',
    kind: 'number',
    meaning:
      'How many audiences the plan of the workspace includes; reviews of a space then warn when few are left',
    schema: count,
  }),
  logLevel: setting({
    flag: 'log-level',
    argument: 'LEVEL',
    env: 'LOG_LEVEL',
    meaning: 'Log level on stderr: error, warn, info or debug',
    fallback: 'info',
    shared: true,
    schema: logLevel,
  }),
};
