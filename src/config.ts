import { readFileSync } from 'node:fs';
import type { LogLevel } from './log.ts';
import type { ConfirmMode } from './safety/agreement.ts';
import { sandboxSpaces } from './sandbox/spaces.ts';
import type { OperationName } from './segment/operations.ts';
import type { Policy } from './segment/policy.ts';
import { type Setting, settings } from './settings.ts';
import { systemReason } from './system-reason.ts';
import type { QueryCheckMode } from './tools/query-check.ts';

/** Everything the program has to be told, checked and complete. */
export interface Config {
  /** Which Segment to talk to. */
  readonly target:
    | { readonly kind: 'live'; readonly baseUrl: string; readonly token: string }
    | { readonly kind: 'sandbox' };
  /** The space of calls that name none; the sandbox's first, if none is set. */
  readonly space: string | undefined;
  readonly timeoutMs: number;
  readonly maxWaitMs: number;
  /** Requests per minute, for operations whose limit is not the usual one. */
  readonly perMinute: Readonly<Partial<Record<OperationName, number>>>;
  readonly queryCheck: QueryCheckMode;
  /** What may be done at all. */
  readonly policy: Policy;
  /** The names of the only tools that are offered; undefined for all. */
  readonly tools: readonly string[] | undefined;
  readonly confirm: ConfirmMode;
  /** The path of the file that gets a line for every attempt to write. */
  readonly auditLog: string | undefined;
  readonly logLevel: LogLevel;
}

/** All that is wrong with the settings, each problem in a sentence of its own. */
export class ConfigError extends Error {
  readonly problems: readonly string[];

  constructor(problems: readonly string[]) {
    super(problems.join('\n'));
    this.name = 'ConfigError';
    this.problems = problems;
  }
}

/** What stood on the command line, by flag name; true for a flag without a value. */
export type Flags = Readonly<Record<string, string | boolean | undefined>>;
export type Environment = Readonly<Record<string, string | undefined>>;

const baseUrls = {
  us: 'https://api.segmentapis.com',
  eu: 'https://eu1.api.segmentapis.com',
};

/**
 * Reads the settings from flags and environment; flags win. An empty value, or a placeholder such
 * as `${SEGMENT_API_TOKEN}` that a client has left unexpanded, counts as not given.
 *
 * @param known what is already known to be wrong, to be told with the rest.
 * @throws {ConfigError} with everything that is wrong or missing.
 */
export function readConfig(
  flags: Flags,
  environment: Environment,
  known: readonly string[] = [],
): Config {
  const problems = [...known];
  const read = <Value>(setting: Setting<Value>) =>
    readSetting(setting, flags, environment, problems);

  const sandbox = read(settings.sandbox) ?? false;
  const region = read(settings.region) ?? 'us';
  // A flag for the sandbox wins over an address that the environment happens to hold.
  const apiUrl =
    flags.sandbox === true && flags['api-url'] === undefined ? undefined : read(settings.apiUrl);
  if (sandbox && apiUrl !== undefined) {
    problems.push(
      '--sandbox (SEGMENT_SANDBOX) and --api-url (SEGMENT_API_URL) exclude each other: drop one.',
    );
  }
  const target: Config['target'] = sandbox
    ? { kind: 'sandbox' }
    : {
        kind: 'live',
        baseUrl: apiUrl ?? baseUrls[region],
        token: readToken(read, environment, problems),
      };
  const wanted = read(settings.space);
  const space = sandbox ? sandboxSpace(wanted, flags, problems) : wanted;
  const policy = {
    readOnly: read(settings.readOnly) ?? false,
    allowedSpaces: read(settings.allowedSpaces),
  };
  if (space !== undefined && policy.allowedSpaces?.includes(space) === false) {
    const allowed = policy.allowedSpaces.join(', ');
    problems.push(
      `The default space ${space} is not one of --allowed-spaces (SEGMENT_ALLOWED_SPACES): set --space (SEGMENT_SPACE_ID) to one of ${allowed}.`,
    );
  }
  const config: Config = {
    target,
    space,
    policy,
    tools: read(settings.tools),
    confirm: read(settings.confirm) ?? 'remove',
    auditLog: read(settings.auditLog),
    timeoutMs: read(settings.timeoutMs) ?? Number(settings.timeoutMs.fallback),
    maxWaitMs: read(settings.maxWaitMs) ?? Number(settings.maxWaitMs.fallback),
    perMinute: read(settings.perMinute) ?? {},
    queryCheck: read(settings.queryCheck) ?? 'error',
    logLevel: read(settings.logLevel) ?? 'info',
  };
  if (problems.length > 0) throw new ConfigError(problems);
  return Object.freeze(config);
}

/**
 * The default space in the sandbox: its first, unless one of its own was chosen. The environment may
 * well hold the user's real space, which is not there.
 */
function sandboxSpace(wanted: string | undefined, flags: Flags, problems: string[]): string {
  const known: readonly string[] = sandboxSpaces.map(({ id }) => id);
  if (wanted !== undefined && known.includes(wanted)) return wanted;
  if (given(String(flags.space ?? '')) !== undefined) {
    problems.push(`--space must be a space of the sandbox, one of ${known.join(', ')}.`);
  }
  return sandboxSpaces[0].id;
}

/** The text that was given for a setting, unless it is empty or an unexpanded placeholder. */
function given(text: string | undefined): string | undefined {
  const word = text?.trim();
  return !word || /^\$\{[^}]*\}$/.test(word) ? undefined : word;
}

function readSetting<Value>(
  setting: Setting<Value>,
  flags: Flags,
  environment: Environment,
  problems: string[],
): Value | undefined {
  const flag = setting.flag === undefined ? undefined : flags[setting.flag];
  if (flag === true && setting.argument !== undefined) {
    problems.push(`--${setting.flag} needs a value: --${setting.flag} ${setting.argument}.`);
    return undefined;
  }
  const fromFlag = given(flag === true ? '1' : flag === false ? undefined : flag);
  const text = fromFlag ?? given(environment[setting.env]);
  if (text === undefined) return undefined;
  const result = setting.schema.safeParse(text);
  if (result.success) return result.data;
  const name = fromFlag === undefined ? setting.env : `--${setting.flag}`;
  for (const issue of result.error.issues) problems.push(`${name} ${issue.message}.`);
  return undefined;
}

function readToken(
  read: <Value>(setting: Setting<Value>) => Value | undefined,
  environment: Environment,
  problems: string[],
): string {
  const before = problems.length;
  const token = read(settings.token);
  const file = read(settings.tokenFile);
  if (problems.length > before) return '';
  if (token !== undefined && file !== undefined) {
    problems.push('SEGMENT_API_TOKEN and SEGMENT_API_TOKEN_FILE are both set: keep one.');
    return '';
  }
  if (token !== undefined) return token;
  if (file !== undefined) return readTokenFile(file, problems);
  const placeholder = environment[settings.token.env]?.trim() ?? '';
  const unexpanded = placeholder ? ' (it holds a placeholder that was not expanded)' : '';
  problems.push(
    `No token: set SEGMENT_API_TOKEN${unexpanded} or SEGMENT_API_TOKEN_FILE to a Public API token, or try everything without one with --sandbox (SEGMENT_SANDBOX=1).`,
  );
  return '';
}

function readTokenFile(file: string, problems: string[]): string {
  let text: string;
  try {
    text = readFileSync(file, 'utf8').trim();
  } catch (error) {
    // The name is not repeated: it may be a token in the wrong place.
    const reason = systemReason(error);
    problems.push(`SEGMENT_API_TOKEN_FILE names a file that can't be read (${reason}).`);
    return '';
  }
  const token = settings.token.schema.safeParse(text);
  if (token.success) return token.data;
  for (const issue of token.error.issues) {
    problems.push(`SEGMENT_API_TOKEN_FILE: what the file holds ${issue.message}.`);
  }
  return '';
}
