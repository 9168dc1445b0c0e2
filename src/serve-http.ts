import type { IncomingMessage } from 'node:http';
import { AccessError, accessFaults } from './access/authenticator.ts';
import { CallRate } from './access/call-rate.ts';
import type { Caller } from './access/caller.ts';
import {
  loginChallenge,
  resourceMetadata,
  resourceMetadataPaths,
  scopeChallenge,
} from './access/challenge.ts';
import { type Access, openAccess, readFileHere } from './access/open-access.ts';
import { combine, defaultTokenName, narrow } from './access/policy.ts';
import { NarrowingError, policyFromQuery } from './access/policy-words.ts';
import { allScopes, missingScope, type Scoped } from './access/scopes.ts';
import type { SegmentToken, SegmentTokens } from './access/tokens-file.ts';
import { passed } from './clock.ts';
import { compose, type Program, type Upstream } from './compose.ts';
import { ConfigError, withToken } from './config/config.ts';
import { endpointPath, originAt } from './config/http-address.ts';
import type { HttpConfig } from './config/http-config.ts';
import { keysOfSecrets } from './config/keys-of-secret.ts';
import { Guests } from './guests.ts';
import { noBus } from './replicas/bus.ts';
import type { SharedState } from './replicas/shared-state.ts';
import { resources } from './resources/registry.ts';
import { keyBytes, type StateFolder, StateFolderError } from './safety/state-folder.ts';
import { getByProxy } from './segment/fetch-by-proxy.ts';
import type { ServedPage } from './served-page.ts';
import type { ProcessServices } from './services.ts';
import { expositionType } from './telemetry/families.ts';
import type { MetricSources } from './telemetry/metrics.ts';
import { systemReason } from './text/system-reason.ts';
import { listedTools } from './tools/toolsets.ts';
import { Exchange, type HttpRefusal, type Visitor } from './transports/http/exchange.ts';
import { MetricsServer } from './transports/http/metrics-server.ts';
import { HttpRefusalError, HttpServer } from './transports/http/server.ts';
import { SessionSeals } from './transports/http/session-seals.ts';
import { UnderWay } from './transports/http/under-way.ts';
import { onSignal } from './transports/signals.ts';

const idBytes = 16;
const requestIdBytes = 8;

/** A running server. */
export interface HttpService {
  /** Where MCP is served. */
  url: string;
  /**
   * Stops the server without breaking what is under way: it is first reported as not ready, then
   * refuses new calls, and waits for those under way.
   *
   * @param hurry resolves when there is no time for the first of these steps.
   */
  stop(hurry: Promise<unknown>): Promise<void>;
}

/**
 * Serves MCP over HTTP until a signal comes, and then stops; a second signal makes that quicker.
 *
 * @throws {ConfigError} if the address or a file can't be used.
 */
export async function serveHttp(
  services: ProcessServices,
  http: HttpConfig,
  additions: HttpAdditions = {},
): Promise<void> {
  let hurry = () => {};
  const hurried = new Promise<void>((resolve) => {
    hurry = resolve;
  });
  // Before it listens: whoever sees that it does may stop it at once.
  const signaled = new Promise<string>((resolve) => {
    let isStopping = false;
    onSignal((signal) => {
      if (isStopping) hurry();
      isStopping = true;
      resolve(signal);
    });
  });
  const service = await startHttp(services, http, additions);
  services.log('info', 'stopping', { reason: await signaled });
  await service.stop(hurried);
}

/** What a server may have that no setting asks for. */
export interface HttpAdditions {
  /** Opens what replicas share; by default in the Redis that is configured. */
  openShared?: OpenShared;
  pages?: readonly ServedPage[];
  /** The flag that says where to listen, for messages; by default `--http`. */
  addressFlag?: string;
  /** Called when it listens. @param url where MCP is served. */
  onListening?(url: string): void;
  /** Called whenever somebody is let in. */
  onAdmitted?(): void;
}

/** Opens what the replicas of a server share; undefined for the only one. */
export type OpenShared = (
  services: ProcessServices,
  http: HttpConfig,
) => Promise<SharedState | undefined>;

const openRedisOf: OpenShared = async ({ config, machine, log }, { redisUrl, replica }) => {
  const { secrets, timeoutMs } = config;
  if (redisUrl === undefined || !secrets) return undefined;
  const { openRedis } = await import('./replicas/redis/open.ts');
  const { clock, randomBytes } = machine;
  const { fingerprint: fingerprintKey } = keysOfSecrets(secrets);
  return openRedis(redisUrl, { replica, clock, randomBytes, log, fingerprintKey, timeoutMs });
};

/**
 * Starts to serve MCP over HTTP, to everybody who is let in.
 *
 * @throws {ConfigError} if the address or a file can't be used.
 */
export async function startHttp(
  services: ProcessServices,
  http: HttpConfig,
  additions: HttpAdditions = {},
): Promise<HttpService> {
  const { openShared = openRedisOf, pages, addressFlag = '--http' } = additions;
  const { machine, log } = services;
  const { clock, randomBytes } = machine;
  const access = await openAccess(http, {
    clock,
    log,
    readFile: readFileHere,
    fetch: getByProxy(fetch, machine.surroundings?.environment ?? {}),
  });
  const shared = await openShared(services, http);
  let metricsServer: MetricsServer | undefined;
  const closeAll = async () => {
    access.close();
    metricsServer?.close();
    await shared?.close();
  };
  const listening = <Result>(setting: string, begin: () => Promise<Result>) =>
    begin().catch(async (error: unknown) => {
      await closeAll();
      throw new ConfigError([`${setting}: the address can't be used (${systemReason(error)}).`]);
    });
  const program = compose(services, shared);
  access.tokens?.onChange((tokens) => program.retire((target) => isAmong(tokens, target)));
  const token = (bytes: number) => Buffer.from(randomBytes(bytes)).toString('base64url');
  const guests = new Guests(new CallRate(clock));
  const visitors = new Visitors({
    services,
    program,
    http,
    access,
    guests,
    newId: () => token(requestIdBytes),
  });
  const seals = new SessionSeals({
    keys: sessionKeys(services),
    now: clock.now,
    randomBytes,
  });
  const server = new HttpServer({
    fences: http,
    exchange: new Exchange({
      seals,
      underWay: new UnderWay(shared?.bus ?? noBus, () => token(idBytes)),
    }),
    documents: documentsOf(http),
    pages,
    async admit(request, query) {
      const visitor = await visitors.admit(request, query);
      additions.onAdmitted?.();
      return visitor;
    },
    notReady: () => access.authenticator.notReady(),
    log,
  });
  metricsServer = await listening('--metrics', () =>
    serveMetrics(services, { http, access, shared }),
  );
  const port = await listening(addressFlag, () => server.listen(http.listen));
  const origin = http.publicUrl ?? originAt({ ...http.listen, port });
  const url = `${origin}${endpointPath}`;
  log('info', 'listening', { url, port, auth: http.auth.kind, replica: http.replica });
  additions.onListening?.(url);
  return {
    url,
    async stop(hurry) {
      server.drain();
      await Promise.race([hurry, passed(clock, http.drainWaitMs)]);
      const answered = server.refuse();
      await program.stop(answered, http.graceMs);
      server.close();
      await closeAll();
    },
  };
}

/** A call that was refused because the access token does not have its scope. */
const missingScopeFault = 'missing_scope';

interface MetricsParts {
  http: HttpConfig;
  access: Access;
  shared: SharedState | undefined;
}

/** @returns undefined if they are not to be served. @throws {Error} if the address can't be used. */
async function serveMetrics(
  { metrics, machine: { clock }, log }: ProcessServices,
  { http, access, shared }: MetricsParts,
): Promise<MetricsServer | undefined> {
  if (!metrics || !http.metrics) return undefined;
  const { measureProcess } = await import('./telemetry/process-figures.ts');
  const sources: MetricSources = {
    replica: http.replica,
    process: measureProcess(clock.now),
    redis: shared && (() => shared.state()),
    authReasons: [...accessFaults, missingScopeFault],
    isStale: () => access.isStale(),
    notReady: () => access.authenticator.notReady(),
  };
  const server = new MetricsServer(() => metrics.text(sources), expositionType);
  const port = await server.listen(http.metrics);
  const url = `${originAt({ ...http.metrics, port })}/metrics`;
  log('info', 'serving metrics', { url, port });
  return server;
}

interface VisitorsOptions {
  services: ProcessServices;
  program: Program;
  http: HttpConfig;
  access: Access;
  guests: Guests;
  newId: () => string;
}

/** Lets callers in, each with what they may do. */
class Visitors {
  readonly #options: VisitorsOptions;
  /** A new version of the file has new tokens. */
  readonly #upstreams = new WeakMap<SegmentToken, Upstream>();

  constructor(options: VisitorsOptions) {
    this.#options = options;
  }

  /** @throws {HttpRefusalError} */
  async admit(request: IncomingMessage, query: URLSearchParams): Promise<Visitor> {
    const caller = await this.#authenticated(request);
    const { services, program, http, guests, newId } = this.#options;
    const policy = combine(caller.policy, narrowingIn(query));
    const { token = defaultTokenName, callsPerMinute } = policy;
    const settings = narrow(services.config, policy);
    const upstream = this.#upstreamOf(token);
    return {
      caller: caller.id,
      open: (createServer, session) =>
        program.openSession(createServer, {
          upstream,
          workspace: token,
          guest: {
            id: caller.id,
            settings,
            seen: guests.seenBy(caller.id, token),
            facts: { request: newId(), session, replica: http.replica },
            admit: () => guests.begin(caller.id, token, callsPerMinute),
          },
        }),
      refusalOf: (asked) => {
        const refusal = scopeRefusal(caller, asked, http.publicUrl);
        if (refusal) services.observer.notLetIn(missingScopeFault);
        return refusal;
      },
    };
  }

  /** @param name of a token that is there: the caller would not have been let in without it. */
  #upstreamOf(name: string): Upstream {
    const { services, access } = this.#options;
    const { config, machine, log } = services;
    const token = access.tokens?.value.get(name);
    if (!token) return config;
    const known = this.#upstreams.get(token);
    if (known) return known;
    const environment = machine.surroundings?.environment ?? {};
    const upstream = withToken(config, token, environment, (sentence) => log('warn', sentence));
    this.#upstreams.set(token, upstream);
    return upstream;
  }

  async #authenticated({ headers }: IncomingMessage): Promise<Caller> {
    const { services, access, http } = this.#options;
    try {
      return await access.authenticator.authenticate(headers.authorization);
    } catch (error) {
      if (!(error instanceof AccessError)) throw error;
      const { fault, status, message } = error;
      services.log('debug', 'not let in', { fault });
      services.observer.notLetIn(fault);
      const loginUrl = http.auth.kind === 'oauth' ? http.publicUrl : undefined;
      const challenge = { 'www-authenticate': loginChallenge(error, loginUrl) };
      throw new HttpRefusalError({ status, message, headers: status === 401 ? challenge : {} });
    }
  }
}

/** Whether one of the tokens is a target's. */
function isAmong(tokens: SegmentTokens, target: Upstream['target']): boolean {
  if (target.kind !== 'live') return true;
  return [...tokens.values()].some(
    ({ token, baseUrl }) => token === target.token && baseUrl === target.baseUrl,
  );
}

/** @throws {HttpRefusalError} for a query that asks for what can't be. */
function narrowingIn(query: URLSearchParams) {
  try {
    return policyFromQuery(query);
  } catch (error) {
    if (!(error instanceof NarrowingError)) throw error;
    throw new HttpRefusalError({ status: 400, message: error.message, headers: {} });
  }
}

/**
 * The keys that seal sessions. Without a secret, that of the state folder: sessions then outlive a
 * restart. Without either, they end with the process.
 */
function sessionKeys({ config, folder, machine }: ProcessServices): readonly Uint8Array[] {
  if (config.secrets) return keysOfSecrets(config.secrets).session;
  const own = machine.randomBytes(keyBytes);
  const kept = folder ? keptKey(folder, own) : own;
  return keysOfSecrets([Buffer.from(kept).toString('base64')]).session;
}

function keptKey(folder: StateFolder, own: Uint8Array): Uint8Array {
  try {
    return folder.readKey() ?? folder.keepKey(own);
  } catch (error) {
    if (error instanceof StateFolderError) return own;
    throw error;
  }
}

/** A request of a client, as far as scopes depend on it. */
type AskedRequest = Parameters<Visitor['refusalOf']>[0];

/** The refusal of a request whose token lacks the scope; a client can then log in again. */
function scopeRefusal(
  caller: Caller,
  asked: AskedRequest,
  publicUrl: string | undefined,
): HttpRefusal | undefined {
  const needed = scopedThing(asked);
  if (!needed || publicUrl === undefined || missingScope(caller, needed) === undefined)
    return undefined;
  return {
    status: 403,
    message: `The access token lacks the scope of ${needed.name}; log in for ${allScopes.join(' and ')}.`,
    headers: { 'www-authenticate': scopeChallenge(publicUrl) },
  };
}

/** The methods other than calls of tools that show what a space holds. */
const readingMethods = ['resources/read', 'prompts/get', 'completion/complete'];

interface NamedScoped extends Scoped {
  name: string;
}

/** What a request needs a scope for; undefined if it needs none. */
function scopedThing({ method, params }: AskedRequest): NamedScoped | undefined {
  if (method === 'tools/call') return listedTools.find(({ name }) => name === params?.name);
  const isFixed = method === 'resources/read' && resources.some(({ uri }) => uri === params?.uri);
  if (!readingMethods.includes(method) || isFixed) return undefined;
  return { name: method, hints: { readOnlyHint: true } };
}

function documentsOf({ auth, publicUrl }: HttpConfig) {
  if (auth.kind !== 'oauth' || publicUrl === undefined) return [];
  const body = resourceMetadata({ publicUrl, issuer: auth.issuer });
  return resourceMetadataPaths.map((path) => ({ path, body }));
}
