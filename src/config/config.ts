import type { LogLevel } from '../log.ts';
import type { AskMode, ConfirmMode } from '../safety/agreement.ts';
import { auditTarget, auditToStdout, problemWithAuditLog } from '../safety/audit-path.ts';
import { sandboxSpaces } from '../sandbox/spaces.ts';
import type { OperationName } from '../segment/contract.ts';
import type { EditionSetting } from '../segment/editions/editions.ts';
import { isSpaceAllowed, type Policy } from '../segment/policy.ts';
import { findProxy, type HttpProxy } from '../segment/proxy.ts';
import type { QueryCheckMode } from '../tools/query-check.ts';
import type { Toolset } from '../tools/toolsets.ts';
import { readFileOf } from './file-setting.ts';
import { type Environment, type Flags, Given } from './given.ts';
import {
  type HttpConfig,
  type HttpMachine,
  isWithNamedTokens,
  readHttpConfig,
  secretsOfRedis,
} from './http-config.ts';
import type { Secrets } from './keys-of-secret.ts';
import { misnamedFences } from './misnamed.ts';
import { problemWithTools } from './offered.ts';
import { settings } from './settings.ts';

export type { Environment, Flags };

/** A workspace of Segment. */
export interface LiveTarget {
  readonly kind: 'live';
  readonly baseUrl: string;
  readonly token: string;
}

/** The complete, checked configuration. */
export interface Config {
  /** Which Segment to talk to. */
  readonly target:
    | LiveTarget
    | { readonly kind: 'sandbox' }
    /** None yet: calls that need Segment fail. Never over HTTP. */
    | { readonly kind: 'none' }
    /** One of the workspaces in `http.tokensFile`, by the caller: see `withToken`. */
    | { readonly kind: 'tokens' };
  /** The proxy for requests to a live Segment, if any. */
  readonly proxy: HttpProxy | undefined;
  /** The space used when a call names none; the sandbox's first, if none is set. */
  readonly space: string | undefined;
  readonly timeoutMs: number;
  readonly maxWaitMs: number;
  readonly edition: EditionSetting;
  /** Fixed limits, in requests per minute, whatever Segment's responses say. */
  readonly perMinute: Readonly<Partial<Record<OperationName, number>>>;
  readonly queryCheck: QueryCheckMode;
  /** What is allowed at all. */
  readonly policy: Policy;
  /** The names of the only tools offered; undefined for all tools of the toolsets. */
  readonly tools: readonly string[] | undefined;
  /**
   * The only toolsets offered; undefined for the default ones, or for all of them where `tools` is
   * set.
   */
  readonly toolsets: readonly Toolset[] | undefined;
  /** How many audiences the plan includes; undefined if that is not known. */
  readonly planLimit: number | undefined;
  /** Whether to hide values of properties and traits, and ids of members. */
  readonly noSamples: boolean;
  readonly confirm: ConfirmMode;
  readonly ask: AskMode;
  /** The keys that seal confirmations, in base64; undefined for a key in the state folder. */
  readonly secrets: Secrets | undefined;
  /** The state folder; undefined for the platform's own. */
  readonly stateFolder: string | undefined;
  /** The path of the file that records every attempt to write; over HTTP also `stdout`. */
  readonly auditLog: string | undefined;
  readonly logLevel: LogLevel;
  /** How to serve HTTP; undefined to serve stdin and stdout. */
  readonly http?: HttpConfig | undefined;
}

/** Everything wrong with the settings, a sentence per problem. */
export class ConfigError extends Error {
  readonly problems: readonly string[];

  constructor(problems: readonly string[]) {
    super(problems.join('\n'));
    this.name = 'ConfigError';
    this.problems = problems;
  }
}

/** Segment's addresses, by region. */
export const baseUrls = {
  us: 'https://api.segmentapis.com',
  eu: 'https://eu1.api.segmentapis.com',
};

/** What must not appear anywhere. */
export function secretsOf({ target, proxy, secrets, http }: Config): string[] {
  const tokens = target.kind === 'live' ? [target.token] : [];
  const redis = http?.redisUrl === undefined ? [] : secretsOfRedis(http.redisUrl);
  const keys = http?.auth.kind === 'key' ? [http.auth.key] : [];
  return [...tokens, ...(proxy?.secrets ?? []), ...(secrets ?? []), ...redis, ...keys];
}

/**
 * The configuration for one of the workspaces of `--tokens`.
 *
 * @param edition undefined for that of the settings. @param warn receives a sentence if the
 * environment names a proxy that can't be used.
 */
export function withToken(
  config: Config,
  { baseUrl, token, edition }: Omit<LiveTarget, 'kind'> & { edition: EditionSetting | undefined },
  environment: Environment,
  warn: (sentence: string) => void,
): Config {
  return Object.freeze({
    ...config,
    target: { kind: 'live' as const, baseUrl, token },
    proxy: findProxy(baseUrl, environment, warn),
    edition: edition ?? config.edition,
  });
}

/**
 * Reads the settings from flags and environment; flags win. An empty value, or a placeholder such
 * as `${SEGMENT_API_TOKEN}` that a client left unexpanded, is treated as not set; in a restricting
 * setting it is a problem.
 *
 * @param known problems already found, to be reported with the rest.
 * @param warn receives a sentence for everything that is ignored.
 * @param machine what serving HTTP depends on; undefined if the command can't serve it.
 * @param mayLackToken whether the setting for a start without a token counts: a command that ends
 * with its result has nothing to do without one.
 * @throws {ConfigError} with everything wrong or missing; it never repeats a value.
 */
export function readConfig(
  flags: Flags,
  environment: Environment,
  known: readonly string[] = [],
  warn: (sentence: string) => void = () => {},
  machine?: HttpMachine,
  mayLackToken = false,
): Config {
  const fences = misnamedFences(environment, machine !== undefined);
  const given = new Given(flags, environment, [...known, ...fences]);
  const isWithTokens = machine !== undefined && isWithNamedTokens(given);
  const target = isWithTokens ? readNoTarget(given) : readTarget(given, mayLackToken);
  const wanted = given.read(settings.space);
  const space = target.kind === 'sandbox' ? sandboxSpace(wanted, given) : wanted;
  const policy = {
    readOnly: given.read(settings.readOnly) ?? false,
    allowedSpaces: given.read(settings.allowedSpaces),
  };
  assertSpaceAllowed(given, target, space, policy);
  const before = given.problems.length;
  const secrets = readSecrets(given);
  const hasSecret = secrets !== undefined || given.problems.length > before;
  const stateFolder = given.read(settings.stateFolder);
  const http = readHttpConfig(given, { hasSecret, stateFolder }, machine);
  const config: Config = {
    target,
    proxy:
      target.kind === 'live'
        ? findProxy(target.baseUrl, environment, (sentence) => given.warnings.push(sentence))
        : undefined,
    space,
    policy,
    tools: given.read(settings.tools),
    toolsets: given.read(settings.toolsets),
    planLimit: given.read(settings.planLimit),
    noSamples: given.read(settings.noSamples) ?? false,
    confirm: given.readOrFallback(settings.confirm),
    ask: given.readOrFallback(settings.ask),
    secrets,
    stateFolder,
    auditLog: readAuditLog(given, http),
    timeoutMs: given.readOrFallback(settings.timeoutMs),
    maxWaitMs: given.readOrFallback(settings.maxWaitMs),
    edition: given.readOrFallback(settings.edition),
    perMinute: given.read(settings.perMinute) ?? {},
    queryCheck: given.readOrFallback(settings.queryCheck),
    logLevel: given.readOrFallback(settings.logLevel),
    http,
  };
  if (http && target.kind === 'none') given.problems.push(noToken(given));
  const toolProblem = problemWithTools(config);
  if (toolProblem) given.problems.push(toolProblem);
  if (given.problems.length > 0) throw new ConfigError(given.problems);
  for (const warning of given.warnings) warn(warning);
  return Object.freeze(config);
}

function readTarget(given: Given, mayLackToken: boolean): Config['target'] {
  const { flags, problems } = given;
  const sandbox = given.read(settings.sandbox) ?? false;
  // Read before the others, because they must not contain it.
  const token = sandbox ? '' : readToken(given);
  given.keepOut(token ?? '');
  const isTokenOptional = given.read(settings.startWithoutToken) === true && mayLackToken;
  const region = given.readOrFallback(settings.region);
  // A flag for the sandbox wins over an address that happens to be in the environment.
  const isFlagOnly = flags.sandbox === true && flags['api-url'] === undefined;
  const apiUrl = isFlagOnly ? undefined : given.read(settings.apiUrl);
  if (sandbox && apiUrl !== undefined) {
    problems.push(
      '--sandbox (SEGMENT_SANDBOX) and --api-url (SEGMENT_API_URL) are mutually exclusive: drop one.',
    );
  }
  if (sandbox) return { kind: 'sandbox' };
  if (token === undefined && isTokenOptional) return { kind: 'none' };
  if (token === undefined) problems.push(noToken(given));
  return { kind: 'live', baseUrl: apiUrl ?? baseUrls[region], token: token ?? '' };
}

/** With `--tokens`, every token comes with its own address, and nothing else may name one. */
function readNoTarget(given: Given): Config['target'] {
  const { flags, problems, warnings } = given;
  const { sandbox, token, tokenFile, region, apiUrl } = settings;
  const others = [
    given.read(sandbox) === true ? sandbox : [],
    ...[token, tokenFile].filter((setting) => given.read(setting) !== undefined),
  ].flat();
  for (const { flag, env } of others) {
    const name = flag === undefined ? env : `--${flag} (${env})`;
    problems.push(`--tokens (SEGMENT_MCP_TOKENS) and ${name} are mutually exclusive: drop one.`);
  }
  for (const setting of [region, apiUrl]) {
    const isFlag = setting.flag !== undefined && flags[setting.flag] !== undefined;
    const name = isFlag ? `--${setting.flag}` : setting.env;
    if (given.read<unknown>(setting) === undefined) continue;
    const what = `${name} has no effect with --tokens: each token in that file has its own`;
    if (isFlag) problems.push(`${what}.`);
    else warnings.push(`${what}.`);
  }
  return { kind: 'tokens' };
}

/** Reports a default space that may not be used. */
function assertSpaceAllowed(
  given: Given,
  target: Config['target'],
  space: string | undefined,
  policy: Policy,
): void {
  if (space !== undefined && !isSpaceAllowed(policy, space)) {
    // The given value may be a token in the wrong place; the sandbox's spaces are not secret.
    const name = target.kind === 'sandbox' ? ` ${space}` : '';
    given.problems.push(
      `The default space${name} is not one of --allowed-spaces (SEGMENT_ALLOWED_SPACES): set --space (SEGMENT_SPACE_ID) to one of them.`,
    );
  }
}

/**
 * The default space in the sandbox: its first, unless one of its own was chosen. The environment
 * may hold the user's real space, which the sandbox does not have.
 */
function sandboxSpace(wanted: string | undefined, given: Given): string {
  const { flags, problems } = given;
  const known: readonly string[] = sandboxSpaces.map(({ id }) => id);
  if (wanted !== undefined && known.includes(wanted)) return wanted;
  const isFlag =
    flags.space !== undefined && flags.space !== '' && !given.placeholders.has('--space');
  if (wanted !== undefined && isFlag) {
    problems.push(`--space must be one of the sandbox's spaces: ${known.join(', ')}.`);
  }
  return sandboxSpaces[0].id;
}

/** @returns undefined if none is given; an empty one if something is wrong with it. */
function readToken(given: Given): string | undefined {
  const { problems } = given;
  const before = problems.length;
  const token = given.read(settings.token);
  const file = given.read(settings.tokenFile);
  if (problems.length > before) return '';
  if (file !== undefined) {
    const fromFile = readFileOf(settings.tokenFile, settings.token, file, problems);
    // Clients may pass on a variable of the shell in addition to the file that their entry names.
    if (token !== undefined && fromFile !== undefined && fromFile !== token) {
      problems.push(
        'SEGMENT_API_TOKEN and SEGMENT_API_TOKEN_FILE hold different tokens: keep one of them.',
      );
      return '';
    }
    return fromFile ?? '';
  }
  return token;
}

function noToken({ placeholders }: Given): string {
  const unexpanded = ({ env }: { env: string }) =>
    placeholders.has(env) ? `${env} (it holds a placeholder that was not expanded)` : env;
  return `No token: set ${unexpanded(settings.token)} to a Public API token or ${unexpanded(settings.tokenFile)} to a file that holds one, or use --sandbox (SEGMENT_SANDBOX=1) to try everything without a token.`;
}

/** Where the audit log is written, if anything can be written there. */
function readAuditLog(given: Given, http: HttpConfig | undefined): string | undefined {
  const wanted = given.read(settings.auditLog);
  if (wanted === undefined) return undefined;
  const read = auditTarget(wanted, http?.replica);
  const isFile = 'target' in read && !(http && read.target === auditToStdout);
  const problem = isFile ? problemWithAuditLog(read.target) : 'problem' in read && read.problem;
  if (problem) given.problems.push(problem);
  return 'target' in read ? read.target : undefined;
}

/** The keys of confirmations, from the environment or a file. */
function readSecrets(given: Given): Secrets | undefined {
  const { problems } = given;
  const secrets = given.read(settings.secret);
  const file = given.read(settings.secretFile);
  if (secrets !== undefined && file !== undefined) {
    problems.push('SEGMENT_MCP_SECRET and SEGMENT_MCP_SECRET_FILE are both set: keep one.');
  }
  if (secrets !== undefined || file === undefined) return secrets;
  return readFileOf(settings.secretFile, settings.secret, file, problems);
}
