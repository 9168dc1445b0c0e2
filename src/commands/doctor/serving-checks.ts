import { keysFile, policiesFile, tokensFile } from '../../access/files.ts';
import { IssuerKeys } from '../../access/issuer-keys.ts';
import { type KeyEntry, statusOf } from '../../access/keys-file.ts';
import type { ClaimPolicy } from '../../access/oauth-policies.ts';
import type { AccessPolicy } from '../../access/policy.ts';
import { reportMissingTokens } from '../../access/token-choice.ts';
import type { SegmentToken, SegmentTokens } from '../../access/tokens-file.ts';
import { type FileKind, WatchedFile } from '../../access/watched-file.ts';
import { ConfigError, withToken } from '../../config/config.ts';
import type { HttpConfig, OAuthConfig } from '../../config/http-config.ts';
import { getByProxy } from '../../segment/fetch-by-proxy.ts';
import { createRedactor } from '../../text/redact.ts';
import { quoted } from '../../text/visible.ts';
import { dateSkew, skewInWords } from './clock-skew.ts';
import type { Context } from './context.ts';
import { type Finding, fail, ok, skipped, warn } from './finding.ts';
import { SegmentLooks } from './segment-looks.ts';

/*
 * The checks of what a server over HTTP needs in addition. There is nothing to find where the settings
 * ask for none.
 */

/** What a check of HTTP is given. */
type Check = (http: HttpConfig, context: Context) => Promise<Finding | Finding[]>;

/** Runs a check if the settings ask for HTTP, and can be used. */
function withHttp(check: Check): (context: Context) => Promise<Finding | Finding[]> {
  return async (context) => {
    const http = context.settings.config?.http;
    return http ? check(http, context) : [];
  };
}

/** A file of access control, and what is odd about it. */
interface ReadAccessFile<Value> {
  value: Value;
  warnings: readonly string[];
}

/** @returns the finding if the file can't be used. */
async function readAccessFile<Value>(
  kind: FileKind<Value>,
  { clock, readFile }: Context['machine'],
): Promise<ReadAccessFile<Value> | Finding> {
  const warnings: string[] = [];
  try {
    const log = (_: string, message: string) => warnings.push(`${message}.`);
    const file = await WatchedFile.open(kind, { clock, readFile, log });
    file.close();
    return { value: file.value, warnings };
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    return fail(error.problems.join(' '), 'Fix the file: the server does not start without it.');
  }
}

const isFinding = (value: object): value is Finding => 'status' in value;

function found(message: string, warnings: readonly string[], next: string): Finding {
  if (warnings.length === 0) return ok(message);
  return warn([message, ...warnings].join(' '), next);
}

export const checkKeys = withHttp(async ({ auth, tokensFile: tokens }, context) => {
  if (auth.kind !== 'keys') return [];
  const file = await readAccessFile(keysFile(auth.file), context.machine);
  if (isFinding(file)) return file;
  const now = context.machine.clock.now();
  const valid = file.value.filter((key) => statusOf(key, now) === 'valid');
  const others = file.value.length - valid.length;
  const unusable = others === 0 ? '' : `, and ${others} expired or revoked`;
  const message = `${plural(valid.length, 'valid key')}${unusable}.`;
  if (valid.length === 0) {
    return warn(message, 'Nobody is let in: add a key with keys add.');
  }
  const missing = await missingTokens(valid.map(policyOfKey), tokens, context);
  return found(message, [...file.warnings, ...missing], 'Fix the file, or its permissions.');
});

const policyOfKey = ({ id, policy }: KeyEntry) => ({ of: id, policy });

export const checkPolicies = withHttp(async ({ auth, tokensFile: tokens }, context) => {
  if (auth.kind !== 'oauth') return [];
  if (auth.policiesFile === undefined) {
    return skipped('No --oauth-policies: everybody whom the issuer knows is let in.');
  }
  const file = await readAccessFile(policiesFile(auth.policiesFile), context.machine);
  if (isFinding(file)) return file;
  const message = `${plural(file.value.length, 'policy', 'policies')}.`;
  if (file.value.length === 0) return warn(message, 'Nobody is let in: add a policy.');
  const missing = await missingTokens(file.value.map(policyOfClaim), tokens, context);
  return found(message, [...file.warnings, ...missing], 'Fix the file, or its permissions.');
});

const policyOfClaim = ({ claim, policy }: ClaimPolicy) => ({ of: claim, policy });

/** A sentence for each policy whose token is not there. */
async function missingTokens(
  policies: readonly { of: string; policy: AccessPolicy }[],
  path: string | undefined,
  { machine }: Context,
): Promise<string[]> {
  const file = path === undefined ? undefined : await readAccessFile(tokensFile(path), machine);
  // The check of that file has its own finding.
  if (file && isFinding(file)) return [];
  const sentences: string[] = [];
  reportMissingTokens(
    policies,
    () => file?.value,
    (_, __, facts) => {
      sentences.push(
        `The policy of ${String(facts?.of)} names the token ${String(facts?.token)}, which does not exist.`,
      );
    },
  );
  return sentences;
}

/** Reads the file, and looks at each workspace once. */
export const checkTokens = withHttp(async ({ tokensFile: path }, context) => {
  if (path === undefined) return [];
  const file = await readAccessFile<SegmentTokens>(tokensFile(path), context.machine);
  if (isFinding(file)) return file;
  const tokens = [...file.value.values()];
  const names = tokens.map(({ name }) => name).join(', ');
  const message = `${plural(tokens.length, 'token')}: ${names}.`;
  return [
    found(message, file.warnings, 'Make it readable for the server only (chmod 600).'),
    ...(await Promise.all(tokens.map((token) => checkToken(token, context)))),
  ];
});

async function checkToken(token: SegmentToken, context: Context): Promise<Finding> {
  const { settings, machine, endsAt } = context;
  if (!settings.config) return skipped('Not checked: fix the settings first.');
  const config = withToken(settings.config, token, machine.place.environment, () => {});
  const redactor = createRedactor([token.token]);
  const segment = new SegmentLooks(config, machine, redactor, endsAt);
  try {
    const look = await segment.workspace();
    const part = token.name;
    if (look.kind === 'error') {
      const next = 'Replace the token, or fix its region.';
      return { ...fail(redactor.text(look.error.message), next), part };
    }
    const { name, id } = look.output.workspace;
    return { ...ok(`${quoted(name ?? '')}, ${quoted(id)}.`), part };
  } finally {
    await segment.close();
  }
}

export const checkIssuer = withHttp(async ({ auth }, context) => {
  if (auth.kind !== 'oauth') return [];
  return lookAtIssuer(auth, context);
});

async function lookAtIssuer({ issuer, jwks }: OAuthConfig, { machine }: Context): Promise<Finding> {
  const { clock, fetch, place } = machine;
  const get = getByProxy(fetch, place.environment);
  let reason = '';
  let aheadMs: number | undefined;
  const keys = new IssuerKeys(issuer, jwks, {
    clock,
    log: (_, __, facts) => {
      reason = String(facts?.because ?? '');
    },
    async fetch(url, init) {
      const response = await get(url, init);
      aheadMs = dateSkew(response.headers.get('date'), clock.now());
      return response;
    },
  });
  const set = await keys.current();
  if (!set) {
    return fail(
      `The issuer's keys can't be fetched: ${reason}.`,
      jwks === undefined
        ? 'Check --oauth-issuer, which must be exactly the issuer of its metadata, or set --oauth-jwks.'
        : 'Check --oauth-jwks, and HTTPS_PROXY if it can only be reached through a proxy.',
    );
  }
  const from = jwks === undefined ? 'found through its metadata' : 'from --oauth-jwks';
  const message = `${plural(set.keys.length, 'key')} of the issuer, ${from}.`;
  if (set.keys.length === 0) return fail(message, 'No access token can be checked without a key.');
  const skew = aheadMs === undefined ? undefined : skewInWords(aheadMs, "the issuer's");
  return found(message, skew ? [skew] : [], 'Set the clock: tokens expire by it.');
}

/** A request to Segment takes up to three answers of Redis. */
const maxPingMs = 50;

export const checkRedis = withHttp(async ({ redisUrl }, { machine }) => {
  if (redisUrl === undefined) {
    return skipped('Not set: with several replicas, --redis (SEGMENT_MCP_REDIS) is needed.');
  }
  const answer = await machine.pingRedis(redisUrl);
  if ('problem' in answer) {
    return fail(
      `Redis does not answer: ${answer.problem}`,
      'Check SEGMENT_MCP_REDIS, its password, and the network; see docs/replicas.md.',
    );
  }
  const message = `Redis answered in ${answer.ms} ms.`;
  const skew = skewInWords(answer.skewMs, "Redis's");
  if (skew)
    return warn(`${message} ${skew}`, 'Set the clocks: keys and tokens expire by this one.');
  if (answer.ms <= maxPingMs) return ok(message);
  return warn(
    message,
    'Move Redis closer: each request to Segment waits for it up to three times.',
  );
});

function plural(count: number, one: string, many = `${one}s`): string {
  return `${count} ${count === 1 ? one : many}`;
}
