import { readFileOf } from './file-setting.ts';
import type { Given } from './given.ts';
import { endpointPath, isLoopback, type ListenAddress, loopbackNames } from './http-address.ts';
import { httpSettingList, httpSettings, replicaNameOf } from './http-settings.ts';
import { type Setting, settings } from './settings.ts';

export type { ListenAddress };

/** Who is let in, and how that is found out. */
export type AuthConfig =
  | { readonly kind: 'none' }
  /** One key, which only this process and whom it tells know. */
  | { readonly kind: 'key'; readonly key: string }
  | { readonly kind: 'keys'; readonly file: string }
  | OAuthConfig;

/** Access tokens of an authorization server. */
export interface OAuthConfig {
  readonly kind: 'oauth';
  /** As it is in tokens. */
  readonly issuer: string;
  /** The `aud` that tokens must have; by default the URL of the endpoint. */
  readonly audience: string;
  /** Where the issuer's keys are; undefined to find them by its metadata. */
  readonly jwks: string | undefined;
  /** The file that gives policies to claims; undefined to let everybody in whom the issuer knows. */
  readonly policiesFile: string | undefined;
}

/** The configuration of `serve --http`, complete and checked. */
export interface HttpConfig {
  readonly listen: ListenAddress;
  /** The origin under which clients reach the server, without a path; undefined if it is the address. */
  readonly publicUrl: string | undefined;
  /** Host names, with a port where only that one is meant, in lower case, IPv6 in brackets. */
  readonly allowedHosts: readonly string[];
  /** Origins of browsers that may send requests. */
  readonly allowedOrigins: readonly string[];
  /** Whether pages served by this machine may, too: where only it can be reached, and none is named. */
  readonly allowsLoopbackOrigins: boolean;
  /** Whether the pages that this server itself serves may. */
  readonly allowsOwnOrigin?: boolean;
  readonly auth: AuthConfig;
  /** The file of named Segment tokens; undefined where the settings hold the only one. */
  readonly tokensFile: string | undefined;
  /** What replicas share their state in; undefined for a single replica. May hold a password. */
  readonly redisUrl: string | undefined;
  /** Where metrics are served; undefined if they are not. */
  readonly metrics: ListenAddress | undefined;
  /** How long new calls are still served after a signal, so that a load balancer notices. */
  readonly drainWaitMs: number;
  /** How long calls under way may take after that. */
  readonly graceMs: number;
  /** The name of this replica, for logs and for the others; fit for a file name. */
  readonly replica: string;
}

/** What the settings of `serve --http` depend on. */
export interface HttpMachine {
  hostname: string;
  /** Why a state folder can't be used; undefined if it can. @param path undefined for the platform's own. */
  problemWithStateFolder(path: string | undefined): string | undefined;
}

/** What of the other settings matters to these. */
export interface OtherSettings {
  /** Whether there are keys that replicas can share, or something about them is wrong already. */
  hasSecret: boolean;
  stateFolder: string | undefined;
}

/**
 * Whether the command line or the environment asks for HTTP with named tokens, so that the settings
 * need no token of their own.
 */
export function isWithNamedTokens({ flags, environment }: Given): boolean {
  const isGiven = ({ flag = '', env }: Setting<unknown>) =>
    flags[flag] !== undefined || Boolean(environment[env]?.trim());
  return isGiven(httpSettings.http) && isGiven(httpSettings.tokens);
}

/**
 * Reads the settings of `serve --http`, and adds what is wrong to `given`.
 *
 * @param machine undefined if the command can't serve HTTP. @returns undefined if none of it is
 * asked for.
 */
export function readHttpConfig(
  given: Given,
  others: OtherSettings,
  machine: HttpMachine | undefined,
): HttpConfig | undefined {
  const listen = machine && given.read(httpSettings.http);
  if (!machine || !listen) {
    refuseUnused(given, machine !== undefined);
    return undefined;
  }
  const publicUrl = given.read(httpSettings.publicUrl);
  const auth = readAuth(given, publicUrl);
  const redisUrl = readRedisUrl(given);
  const metrics = given.read(httpSettings.metrics);
  const allowedOrigins = given.read(httpSettings.allowedOrigins);
  if (metrics && metrics.port !== 0 && metrics.port === listen.port) {
    given.problems.push(`${nameOf(httpSettings.metrics)} needs a port of its own.`);
  }
  const config: HttpConfig = {
    listen,
    publicUrl,
    allowedHosts: readAllowedHosts(given, listen, publicUrl),
    allowedOrigins: allowedOrigins ?? [],
    allowsLoopbackOrigins: allowedOrigins === undefined && isLoopback(listen.host),
    auth,
    tokensFile: given.read(httpSettings.tokens),
    redisUrl,
    metrics,
    drainWaitMs: given.readOrFallback(httpSettings.drainWaitMs),
    graceMs: given.readOrFallback(httpSettings.graceMs),
    replica: given.read(httpSettings.replica) ?? replicaNameOf(machine.hostname),
  };
  if (auth.kind === 'none') assertLocal(given, config);
  if (!others.hasSecret) requireSecret(given, config, others.stateFolder, machine);
  return config;
}

/** The password in the URL of Redis, in both spellings; short ones would match common words. */
export function secretsOfRedis(url: string): string[] {
  const { username, password } = new URL(url);
  const spellings = [password, decoded(password), username && `${username}:${password}`];
  return password.length < minPasswordChars ? [] : [...new Set(spellings)].filter(Boolean);
}

const minPasswordChars = 6;

/** A `%` that encodes nothing stands for itself. */
function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

function nameOf({ flag, env }: Setting<unknown>): string {
  return flag === undefined ? env : `--${flag} (${env})`;
}

/** Flags ask for something that does not happen; variables may be there for another process. */
function refuseUnused(given: Given, canServeHttp: boolean): void {
  const { flags, environment, problems, warnings } = given;
  if (canServeHttp && flags.http !== undefined) {
    missing(given, httpSettings.http, '--http needs an address: --http [HOST:]PORT.');
    return;
  }
  for (const each of httpSettingList) {
    const { flag, env, restricts } = each;
    if (canServeHttp && flag !== undefined && flags[flag] !== undefined) {
      problems.push(`--${flag} requires --http: without it, only stdin and stdout are served.`);
    } else if (environment[env]?.trim()) {
      // A restriction that can't be read is a mistake wherever it is found.
      if (restricts) given.read(each);
      warnings.push(`${env} has no effect: it is for "serve --http".`);
    }
  }
}

function readAuth(given: Given, publicUrl: string | undefined): AuthConfig {
  const { keys, oauthIssuer, oauthAudience, oauthJwks, oauthPolicies } = httpSettings;
  const kind = given.readOrFallback(httpSettings.auth);
  const file = given.read(keys);
  const issuer = given.read(oauthIssuer);
  const audience = given.read(oauthAudience);
  const jwks = given.read(oauthJwks);
  const policiesFile = given.read(oauthPolicies);
  const demand = (value: unknown, setting: Setting<unknown>) => {
    if (value === undefined) missing(given, setting, `--auth ${kind} requires ${nameOf(setting)}.`);
  };
  const refuse = (value: unknown, setting: Setting<unknown>, mode: string) => {
    if (value === undefined || kind === mode) return;
    given.problems.push(
      `${nameOf(setting)} is set, but lets nobody in: set --auth ${mode} (SEGMENT_MCP_AUTH=${mode}), or leave it out.`,
    );
  };
  refuse(file, keys, 'keys');
  refuse(issuer, oauthIssuer, 'oauth');
  refuse(audience, oauthAudience, 'oauth');
  refuse(jwks, oauthJwks, 'oauth');
  refuse(policiesFile, oauthPolicies, 'oauth');
  switch (kind) {
    case 'none':
      return { kind };
    case 'keys':
      demand(file, keys);
      return { kind, file: file ?? '' };
    case 'oauth':
      demand(issuer, oauthIssuer);
      demand(publicUrl, httpSettings.publicUrl);
      return {
        kind,
        issuer: issuer ?? '',
        audience: audience ?? `${publicUrl}${endpointPath}`,
        jwks,
        policiesFile,
      };
  }
}

/** Reports that a setting has no value, unless it is reported already that its value is wrong. */
function missing({ problems }: Given, { flag = '', env }: Setting<unknown>, problem: string): void {
  const names = [`--${flag} `, `${env} `];
  const isWrong = problems.some((each) => names.some((name) => each.startsWith(name)));
  if (!isWrong) problems.push(problem);
}

function readAllowedHosts(
  given: Given,
  { host }: ListenAddress,
  publicUrl: string | undefined,
): readonly string[] {
  const { allowedHosts } = httpSettings;
  const set = given.read(allowedHosts);
  if (set) return set;
  const own = publicUrl === undefined ? [] : [new URL(publicUrl).host];
  if (isLoopback(host)) return [...new Set([...loopbackNames, ...own])];
  if (own.length === 0) {
    const ways = `${nameOf(httpSettings.publicUrl)} or ${nameOf(allowedHosts)}`;
    missing(given, allowedHosts, `To serve clients on other machines, set ${ways}.`);
  }
  return own;
}

/** Without a login, nobody but this machine may reach the server, through a proxy or otherwise. */
function assertLocal(given: Given, { listen, publicUrl, allowedHosts }: HttpConfig): void {
  const reachedAs = [...allowedHosts.map((host) => `http://${host}`), publicUrl ?? []].flat();
  const isLocal = reachedAs.every((url) => isLoopback(new URL(url).hostname));
  if (isLocal && isLoopback(listen.host)) return;
  const { auth } = httpSettings;
  missing(
    given,
    auth,
    `To serve clients on other machines, set ${nameOf(auth)} to keys or oauth: with none, everybody is let in.`,
  );
}

function requireSecret(
  given: Given,
  { listen, redisUrl }: HttpConfig,
  stateFolder: string | undefined,
  machine: HttpMachine,
): void {
  const why = (() => {
    if (redisUrl !== undefined) return 'with Redis, since replicas must share these keys';
    if (isLoopback(listen.host)) return undefined;
    const problem = machine.problemWithStateFolder(stateFolder);
    return problem && `because there is no state folder to keep a key in (${problem})`;
  })();
  if (!why) return;
  given.problems.push(
    `${settings.secret.env} or ${settings.secretFile.env} is required ${why}. Make one with: openssl rand -base64 32`,
  );
}

function readRedisUrl(given: Given): string | undefined {
  const { redis, redisFile } = httpSettings;
  const url = given.read(redis);
  const file = given.read(redisFile);
  if (url !== undefined && file !== undefined) {
    given.problems.push(`${nameOf(redis)} and ${redisFile.env} are both set: keep one.`);
  }
  if (url === undefined && file !== undefined) {
    return readFileOf(redisFile, redis, file, given.problems);
  }
  if (typeof given.flags.redis === 'string' && url && new URL(url).password !== '') {
    given.problems.push(
      `--redis must have no password, which other users of this machine could read: set ${redis.env} or ${redisFile.env} instead.`,
    );
    return undefined;
  }
  return url;
}
