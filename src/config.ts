import { readFileSync } from 'node:fs';
import type { LogLevel } from './log.ts';
import type { AskMode, ConfirmMode } from './safety/agreement.ts';
import { sandboxSpaces } from './sandbox/spaces.ts';
import type { OperationName } from './segment/contract.ts';
import type { EditionSetting } from './segment/editions/editions.ts';
import type { Policy } from './segment/policy.ts';
import { type Setting, type SettingWithFallback, settings } from './settings.ts';
import { systemReason } from './system-reason.ts';
import type { QueryCheckMode } from './tools/query-check.ts';

/** Everything that can be configured, checked and complete. */
export interface Config {
  /** Which Segment to talk to. */
  readonly target:
    | { readonly kind: 'live'; readonly baseUrl: string; readonly token: string }
    | { readonly kind: 'sandbox' };
  /** The space of calls that name none; the sandbox's first, if none is set. */
  readonly space: string | undefined;
  readonly timeoutMs: number;
  readonly maxWaitMs: number;
  readonly edition: EditionSetting;
  /** Requests per minute that are fixed, whatever Segment's responses say. */
  readonly perMinute: Readonly<Partial<Record<OperationName, number>>>;
  readonly queryCheck: QueryCheckMode;
  /** What may be done at all. */
  readonly policy: Policy;
  /** The names of the only tools that are offered; undefined for all. */
  readonly tools: readonly string[] | undefined;
  readonly confirm: ConfirmMode;
  readonly ask: AskMode;
  /** What confirmations are sealed with, in base64; undefined for a key in the state folder. */
  readonly secrets: readonly string[] | undefined;
  /** The state folder; undefined for the platform's own place. */
  readonly stateFolder: string | undefined;
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
 * @param known what is already known to be wrong, to be reported with the rest.
 * @throws {ConfigError} with everything that is wrong or missing.
 */
export function readConfig(
  flags: Flags,
  environment: Environment,
  known: readonly string[] = [],
): Config {
  const given = new Given(flags, environment, known);
  const target = readTarget(given);
  const wanted = given.read(settings.space);
  const space = target.kind === 'sandbox' ? sandboxSpace(wanted, given) : wanted;
  const policy = {
    readOnly: given.read(settings.readOnly) ?? false,
    allowedSpaces: given.read(settings.allowedSpaces),
  };
  if (space !== undefined && policy.allowedSpaces?.includes(space) === false) {
    const allowed = policy.allowedSpaces.join(', ');
    given.problems.push(
      `The default space ${space} is not one of --allowed-spaces (SEGMENT_ALLOWED_SPACES): set --space (SEGMENT_SPACE_ID) to one of ${allowed}.`,
    );
  }
  const config: Config = {
    target,
    space,
    policy,
    tools: given.read(settings.tools),
    confirm: given.readOrFallback(settings.confirm),
    ask: given.readOrFallback(settings.ask),
    secrets: readSecrets(given),
    stateFolder: given.read(settings.stateFolder),
    auditLog: given.read(settings.auditLog),
    timeoutMs: given.readOrFallback(settings.timeoutMs),
    maxWaitMs: given.readOrFallback(settings.maxWaitMs),
    edition: given.readOrFallback(settings.edition),
    perMinute: given.read(settings.perMinute) ?? {},
    queryCheck: given.readOrFallback(settings.queryCheck),
    logLevel: given.readOrFallback(settings.logLevel),
  };
  if (given.problems.length > 0) throw new ConfigError(given.problems);
  return Object.freeze(config);
}

/** What was given by flags and environment, with what is wrong in it. */
class Given {
  readonly flags: Flags;
  readonly environment: Environment;
  readonly problems: string[];

  constructor(flags: Flags, environment: Environment, known: readonly string[]) {
    this.flags = flags;
    this.environment = environment;
    this.problems = [...known];
  }

  /** The value of a setting; undefined if nothing, or nothing right, is given. */
  read<Value>(setting: Setting<Value>): Value | undefined {
    const flag = setting.flag === undefined ? undefined : this.flags[setting.flag];
    if (flag === true && setting.argument !== undefined) {
      this.problems.push(`--${setting.flag} needs a value: --${setting.flag} ${setting.argument}.`);
      return undefined;
    }
    const fromFlag = textOf(flag);
    const text = fromFlag ?? textOf(this.environment[setting.env]);
    if (text === undefined) return undefined;
    const result = setting.schema.safeParse(text);
    if (result.success) return result.data;
    const name = fromFlag === undefined ? setting.env : `--${setting.flag}`;
    for (const issue of result.error.issues) this.problems.push(`${name} ${issue.message}.`);
    return undefined;
  }

  readOrFallback<Value>(setting: SettingWithFallback<Value>): Value {
    return this.read(setting) ?? setting.schema.parse(setting.fallback);
  }
}

function readTarget(given: Given): Config['target'] {
  const { flags, problems } = given;
  const sandbox = given.read(settings.sandbox) ?? false;
  const region = given.readOrFallback(settings.region);
  // A flag for the sandbox wins over an address that the environment happens to hold.
  const isFlagOnly = flags.sandbox === true && flags['api-url'] === undefined;
  const apiUrl = isFlagOnly ? undefined : given.read(settings.apiUrl);
  if (sandbox && apiUrl !== undefined) {
    problems.push(
      '--sandbox (SEGMENT_SANDBOX) and --api-url (SEGMENT_API_URL) exclude each other: drop one.',
    );
  }
  if (sandbox) return { kind: 'sandbox' };
  return { kind: 'live', baseUrl: apiUrl ?? baseUrls[region], token: readToken(given) };
}

/**
 * The default space in the sandbox: its first, unless one of its own was chosen. The environment may
 * well hold the user's real space, which is not there.
 */
function sandboxSpace(wanted: string | undefined, { flags, problems }: Given): string {
  const known: readonly string[] = sandboxSpaces.map(({ id }) => id);
  if (wanted !== undefined && known.includes(wanted)) return wanted;
  if (textOf(flags.space) !== undefined) {
    problems.push(`--space must be a space of the sandbox, one of ${known.join(', ')}.`);
  }
  return sandboxSpaces[0].id;
}

/** The text that was given, unless it is empty or an unexpanded placeholder; a switch that is on is 1. */
function textOf(value: string | boolean | undefined): string | undefined {
  if (value === true) return '1';
  const word = value === false ? undefined : value?.trim();
  return !word || /^\$\{[^}]*\}$/.test(word) ? undefined : word;
}

function readToken(given: Given): string {
  const { environment, problems } = given;
  const before = problems.length;
  const token = given.read(settings.token);
  const file = given.read(settings.tokenFile);
  if (problems.length > before) return '';
  if (token !== undefined && file !== undefined) {
    problems.push('SEGMENT_API_TOKEN and SEGMENT_API_TOKEN_FILE are both set: keep one.');
    return '';
  }
  if (token !== undefined) return token;
  if (file !== undefined)
    return readFileOf(settings.tokenFile, settings.token, file, problems) ?? '';
  const placeholder = environment[settings.token.env]?.trim() ?? '';
  const unexpanded = placeholder ? ' (it holds a placeholder that was not expanded)' : '';
  problems.push(
    `No token: set SEGMENT_API_TOKEN${unexpanded} or SEGMENT_API_TOKEN_FILE to a Public API token, or try everything without one with --sandbox (SEGMENT_SANDBOX=1).`,
  );
  return '';
}

/** The keys of confirmations, from the environment or a file. */
function readSecrets(given: Given): readonly string[] | undefined {
  const { problems } = given;
  const secrets = given.read(settings.secret);
  const file = given.read(settings.secretFile);
  if (secrets !== undefined && file !== undefined) {
    problems.push('SEGMENT_MCP_SECRET and SEGMENT_MCP_SECRET_FILE are both set: keep one.');
  }
  if (secrets !== undefined || file === undefined) return secrets;
  return readFileOf(settings.secretFile, settings.secret, file, problems);
}

/** The value of a setting that stands in a file; undefined, with the problem, if it does not. */
function readFileOf<Value>(
  { env }: Setting<string>,
  setting: Setting<Value>,
  file: string,
  problems: string[],
): Value | undefined {
  let text: string;
  try {
    text = readFileSync(file, 'utf8').trim();
  } catch (error) {
    // The name is not repeated: it may be a secret in the wrong place.
    problems.push(`${env} names a file that can't be read (${systemReason(error)}).`);
    return undefined;
  }
  const result = setting.schema.safeParse(text);
  if (result.success) return result.data;
  for (const issue of result.error.issues) {
    problems.push(`${env}: what the file holds ${issue.message}.`);
  }
  return undefined;
}
