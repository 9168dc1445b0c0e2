import * as z from 'zod';
import { type ListenAddress, parseHostName, parseListenAddress } from './http-address.ts';
import {
  fetchableUrl,
  milliseconds,
  oneOf,
  type Setting,
  safeUrl,
  setting,
  words,
} from './settings.ts';

/** Who is let in. */
export const authModes = ['none', 'keys', 'oauth'] as const;

const listenAddress = () =>
  z.string().transform((text, context): ListenAddress => {
    const address = parseListenAddress(text);
    if (typeof address !== 'string') return address;
    context.addIssue(address);
    return z.NEVER;
  });

const hostNames = () =>
  words().transform((list, context) => {
    const hosts = list.flatMap((word) => parseHostName(word) ?? []);
    if (hosts.length < list.length) {
      context.addIssue(
        'must be host names, such as mcp.example.com, with a port where only that one is meant, and without wildcards',
      );
    }
    return [...new Set(hosts)];
  });

/** @returns undefined if it has more than scheme, host and port. */
function originOf(text: string): string | undefined {
  const { origin, pathname } = new URL(text);
  return pathname === '/' ? origin : undefined;
}

const origins = () =>
  words()
    .pipe(z.array(safeUrl()))
    .transform((list, context) => {
      const found = list.flatMap((text) => originOf(text) ?? []);
      if (found.length < list.length) {
        context.addIssue('must be origins, such as https://app.example.com, without a path');
      }
      return [...new Set(found)];
    });

const publicUrl = () =>
  safeUrl().transform((text, context) => {
    const origin = originOf(text);
    if (origin !== undefined) return origin;
    context.addIssue('must have no path: the endpoint is /mcp under it');
    return z.NEVER;
  });

const redisUrl = () =>
  z.string().superRefine((text, context) => {
    const url = URL.canParse(text) ? new URL(text) : undefined;
    const isRedis = url?.protocol === 'redis:' || url?.protocol === 'rediss:';
    if (!isRedis || url.hostname === '') {
      context.addIssue('must be a URL, redis://HOST or, over TLS, rediss://HOST');
    } else if (url.search || url.hash || !/^\/?\d{0,5}$/.test(url.pathname)) {
      context.addIssue('must have nothing after the host but a port and the number of a database');
    }
  });

/** It becomes a part of file names, and a label of metrics. */
const replicaName = () =>
  z
    .string()
    .regex(
      /^[a-z\d][a-z\d._-]*$/i,
      'must consist of letters, digits, dots, hyphens and underscores',
    )
    .max(63, 'must have at most 63 characters');

/** The settings of `serve --http`, in the order in which its help shows them. */
export const httpSettings = {
  http: setting({
    flag: 'http',
    argument: '[HOST:]PORT',
    env: 'SEGMENT_MCP_HTTP',
    meaning:
      'Serve MCP over HTTP at /mcp on this address; the default host is 127.0.0.1, and port 0 is any free one. Any host other than this machine requires --auth, and --public-url or --allowed-hosts',
    schema: listenAddress,
  }),
  publicUrl: setting({
    flag: 'public-url',
    argument: 'URL',
    env: 'SEGMENT_MCP_PUBLIC_URL',
    meaning: 'Origin under which clients reach the server, such as https://mcp.example.com',
    schema: publicUrl,
  }),
  allowedHosts: setting({
    flag: 'allowed-hosts',
    argument: 'HOST,…',
    env: 'SEGMENT_MCP_ALLOWED_HOSTS',
    restricts: true,
    meaning:
      "The only accepted values of the Host header; if not set, the public URL's host, and on 127.0.0.1 this machine's own names",
    schema: hostNames,
  }),
  allowedOrigins: setting({
    flag: 'allowed-origins',
    argument: 'URL,…',
    env: 'SEGMENT_MCP_ALLOWED_ORIGINS',
    restricts: true,
    meaning:
      'Origins of clients that run in a browser; if not set, only those of this machine if the server listens on loopback, otherwise none',
    schema: origins,
  }),
  auth: setting({
    flag: 'auth',
    argument: authModes.join('|'),
    env: 'SEGMENT_MCP_AUTH',
    restricts: true,
    meaning:
      'Who is let in: everybody on this machine; holders of a key from --keys; or holders of an access token from --oauth-issuer',
    fallback: 'none',
    schema: () => oneOf(authModes, 'must be none, keys or oauth'),
  }),
  keys: setting({
    flag: 'keys',
    argument: 'FILE',
    env: 'SEGMENT_MCP_KEYS',
    restricts: true,
    meaning: 'File of keys, as "segment-audiences-mcp keys" writes it',
    schema: () => z.string(),
  }),
  tokens: setting({
    flag: 'tokens',
    argument: 'FILE',
    env: 'SEGMENT_MCP_TOKENS',
    restricts: true,
    meaning:
      "File of several workspaces' tokens, instead of SEGMENT_API_TOKEN; a policy chooses one",
    schema: () => z.string(),
  }),
  oauthIssuer: setting({
    flag: 'oauth-issuer',
    argument: 'URL',
    env: 'SEGMENT_MCP_OAUTH_ISSUER',
    meaning: 'Authorization server whose access tokens are accepted, exactly as in their claim iss',
    schema: safeUrl,
  }),
  oauthAudience: setting({
    flag: 'oauth-audience',
    argument: 'TEXT',
    env: 'SEGMENT_MCP_OAUTH_AUDIENCE',
    meaning: 'Claim aud of accepted tokens; if not set, the public URL with /mcp',
    schema: () => z.string().regex(/^\S+$/, 'must have no spaces'),
  }),
  oauthJwks: setting({
    flag: 'oauth-jwks',
    argument: 'URL',
    env: 'SEGMENT_MCP_OAUTH_JWKS',
    meaning: "URL of the issuer's public keys; if not set, they are found through its metadata",
    schema: fetchableUrl,
  }),
  oauthPolicies: setting({
    flag: 'oauth-policies',
    argument: 'FILE',
    env: 'SEGMENT_MCP_OAUTH_POLICIES',
    restricts: true,
    meaning:
      'File that maps claims of tokens to policies; if not set, every accepted token may do what the settings allow',
    schema: () => z.string(),
  }),
  redis: setting({
    flag: 'redis',
    argument: 'URL',
    env: 'SEGMENT_MCP_REDIS',
    // Without it, each replica would let a confirmation be used once.
    restricts: true,
    secret: true,
    meaning:
      'Redis in which replicas share limits and confirmations; on the command line, without a password',
    schema: redisUrl,
  }),
  redisFile: setting({
    env: 'SEGMENT_MCP_REDIS_FILE',
    restricts: true,
    meaning: 'File that holds the URL of the Redis server, instead of SEGMENT_MCP_REDIS',
    schema: () => z.string(),
  }),
  metrics: setting({
    flag: 'metrics',
    argument: '[HOST:]PORT',
    env: 'SEGMENT_MCP_METRICS',
    meaning: 'Serve metrics for Prometheus at /metrics on this address; if not set, nowhere',
    schema: listenAddress,
  }),
  drainWaitMs: setting({
    flag: 'drain-wait-ms',
    argument: 'MS',
    env: 'SEGMENT_MCP_DRAIN_WAIT_MS',
    meaning: 'How long new calls are still served after SIGTERM, until load balancers have noticed',
    fallback: '5000',
    schema: () => milliseconds(0, 600_000),
  }),
  graceMs: setting({
    flag: 'grace-ms',
    argument: 'MS',
    env: 'SEGMENT_MCP_GRACE_MS',
    meaning: 'How long calls in progress may then take to finish',
    fallback: '25000',
    schema: () => milliseconds(0, 600_000),
  }),
  replica: setting({
    flag: 'replica',
    argument: 'NAME',
    env: 'SEGMENT_MCP_REPLICA',
    meaning: "Name of this process among its replicas; if not set, the machine's host name",
    schema: replicaName,
  }),
};

/** All of them, as a list. */
export const httpSettingList: readonly Setting<unknown>[] = Object.values(httpSettings);

/** A valid name of a replica that is close to a host name. */
export function replicaNameOf(hostname: string): string {
  const name = hostname
    .replace(/[^a-z\d._-]/gi, '-')
    .replace(/^[^a-z\d]/i, 'r')
    .slice(0, 63);
  return name === '' ? 'replica' : name;
}
