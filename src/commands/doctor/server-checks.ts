import * as z from 'zod';
import { resourceMetadataPaths } from '../../access/challenge.ts';
import { metadataUrls } from '../../access/issuer-keys.ts';
import { endpointPath, isLoopback } from '../../config/http-address.ts';
import { quoted } from '../../text/visible.ts';
import { name as programName, version } from '../../version.ts';
import { skewInWords } from './clock-skew.ts';
import { type Finding, fail, ok, skipped, warn } from './finding.ts';
import type { DoctorMachine } from './machine.ts';
import { NoAnswerError, type ServerAnswer, type ServerLooks } from './server-looks.ts';

/*
 * The checks of a running server, as a client sees it.
 */

/** What these checks share. */
export interface ServerContext {
  server: ServerLooks;
  machine: DoctorMachine;
  /** The name of the variable of the key; undefined if none was named. */
  keyVariable: string | undefined;
}

type Check = (context: ServerContext, signal: AbortSignal) => Promise<Finding | Finding[]>;

/** Explains why there is no response, in the first check; the others are skipped. */
function reaching(check: Check): Check {
  return async (context, signal) => {
    try {
      return await check(context, signal);
    } catch (error) {
      if (!(error instanceof NoAnswerError)) throw error;
      return skipped(`Unknown: the server did not respond (${error.message}).`);
    }
  };
}

const statusSchema = z.object({ status: z.string() });
const reasonSchema = z.object({ reason: z.string() });

export const checkHealth: Check = async ({ server }, signal) => {
  const { origin, hostname } = server.endpoint;
  try {
    const answer = await server.get('/healthz', signal);
    const isOurs = statusSchema.safeParse(answer.body).data?.status === 'ok';
    if (answer.status === 200 && isOurs) return ok(`${origin} responded in ${answer.tookMs} ms.`);
    return warn(
      `${origin}/healthz returned HTTP ${answer.status}, which is not this program's response.`,
      'If a proxy forwards /mcp only, this is fine; otherwise check the URL.',
    );
  } catch (error) {
    if (!(error instanceof NoAnswerError)) throw error;
    return fail(
      `${origin} can't be reached: ${error.message}.`,
      `Check that the server runs, and that this machine reaches ${hostname} (this check uses no proxy).`,
    );
  }
};

export const checkReadiness = reaching(async ({ server }, signal) => {
  const { status, body } = await server.get('/readyz', signal);
  const isOurs = statusSchema.safeParse(body).data?.status === 'ready';
  if (status === 200 && isOurs) return ok('The server is ready.');
  const { data } = reasonSchema.safeParse(body);
  if (status === 503 && data) {
    return fail(`The server is not ready: ${data.reason}`, "Look at the server's log.");
  }
  return warn(
    `/readyz returned HTTP ${status}, which is not this program's response.`,
    'If a proxy forwards /mcp only, this is fine; otherwise check the URL.',
  );
});

const metadataSchema = z.object({
  resource: z.string(),
  authorization_servers: z.array(z.url()).min(1),
});

/** The metadata of the server for OAuth clients, and whether its authorization server has some. */
export const checkMetadata = reaching(async ({ server, machine }, signal) => {
  const answers = await Promise.all(resourceMetadataPaths.map((path) => server.get(path, signal)));
  const [first, ...others] = answers;
  if (!first || answers.every(({ status }) => status === 404)) {
    return skipped('The server has no OAuth login.');
  }
  const { data } = metadataSchema.safeParse(first.body);
  if (first.status !== 200 || !data) {
    return fail(
      `${resourceMetadataPaths[0]} returned HTTP ${first.status}, and no metadata.`,
      'Let the proxy forward /.well-known/oauth-protected-resource and what is below it.',
    );
  }
  const expected = `${server.endpoint.origin}${endpointPath}`;
  if (data.resource !== expected) {
    return fail(
      `The metadata is for ${quoted(data.resource)}, but clients ask ${expected}: they will refuse it.`,
      `Set --public-url ${server.endpoint.origin} (SEGMENT_MCP_PUBLIC_URL).`,
    );
  }
  if (others.some(({ status }) => status !== 200)) {
    return warn(
      `${resourceMetadataPaths[1]} is not served, which some clients try first.`,
      'Let the proxy forward it.',
    );
  }
  const [issuer = ''] = data.authorization_servers;
  return checkAuthorizationServer(issuer, machine, signal);
});

async function checkAuthorizationServer(
  issuer: string,
  { fetch }: DoctorMachine,
  signal: AbortSignal,
): Promise<Finding> {
  const named = `The authorization server is ${quoted(issuer)}`;
  for (const url of metadataUrls(issuer)) {
    const response = await fetch(url, { signal }).catch(() => undefined);
    if (response?.status === 200) return ok(`${named}, which has metadata.`);
  }
  return warn(`${named}, whose metadata can't be fetched.`, 'Clients need it to log in.');
}

const initializedSchema = z.object({
  result: z.object({ serverInfo: z.object({ name: z.string(), version: z.string() }) }),
});

/** What happens to a client that sends no key. */
export const checkChallenge = reaching(async ({ server }, signal) => {
  const { status, headers, body } = await server.initialize(undefined, signal);
  const { hostname } = server.endpoint;
  if (status === 200 && initializedSchema.safeParse(body).success) {
    if (isLoopback(hostname)) return ok('Everybody on this machine is let in.');
    return fail(
      'Everybody is let in, without a key or a login.',
      'Set --auth keys or --auth oauth.',
    );
  }
  if (status !== 401)
    return fail(`initialize without a key returned HTTP ${status}.`, nextFor(status));
  const challenge = headers.get('www-authenticate') ?? '';
  if (!/^Bearer\b/i.test(challenge)) {
    return fail(
      'A request without a key returned HTTP 401 without the header WWW-Authenticate.',
      'Let the proxy pass that header on: clients use it to find the login.',
    );
  }
  const [, metadata] = /resource_metadata="([^"]*)"/.exec(challenge) ?? [];
  if (metadata === undefined) return ok('Requests without a key are refused with HTTP 401.');
  const expected = `${server.endpoint.origin}${resourceMetadataPaths[0]}`;
  if (metadata === expected) return ok('Clients that are not logged in are referred to the login.');
  return fail(
    `Clients that are not logged in are referred to ${quoted(metadata)} instead of ${expected}.`,
    `Set --public-url ${server.endpoint.origin} (SEGMENT_MCP_PUBLIC_URL).`,
  );
});

function nextFor(status: number): string {
  if (status === 403) {
    return 'Add the host of this URL to --allowed-hosts, or let the proxy pass the header Host on.';
  }
  if (status === 404 || status === 405) return 'Check the URL: MCP is served at /mcp.';
  return status >= 500
    ? "Look at the server's log, and at the proxy's."
    : 'Check the URL and the proxy.';
}

const toolsSchema = z.object({ result: z.object({ tools: z.array(z.unknown()) }) });
const errorSchema = z.object({ error: z.object({ message: z.string() }) });

/** If it takes longer than this, clients may give up. */
const maxListMs = 5000;

/** Does what a client does first, with the key. */
export const checkTools = reaching(async (context, signal) => {
  const { server, keyVariable } = context;
  if (keyVariable !== undefined && server.key === undefined) {
    return fail(`The variable ${keyVariable} is not set.`, 'Set it to a key or an access token.');
  }
  const begun = await server.initialize(server.key, signal);
  const session = begun.headers.get('mcp-session-id') ?? undefined;
  const { data } = initializedSchema.safeParse(begun.body);
  if (begun.status === 401 && server.key === undefined) {
    return skipped('Not checked: a key is needed.', 'Name the variable that holds one: --key-env.');
  }
  if (begun.status === 401) {
    return fail(
      `The server does not accept the key in ${keyVariable}: ${messageIn(begun)}`,
      'Check that it is complete, not expired and not revoked (keys list).',
    );
  }
  if (begun.status !== 200 || !data || session === undefined) {
    return fail(
      `initialize returned HTTP ${begun.status}: ${messageIn(begun)}`,
      nextFor(begun.status),
    );
  }
  const listed = await server.post(
    { id: 2, method: 'tools/list' },
    {
      key: server.key,
      session,
      signal,
    },
  );
  const list = toolsSchema.safeParse(listed.body).data;
  if (!list) {
    return fail(
      `tools/list returned HTTP ${listed.status}: ${messageIn(listed)}`,
      listed.status === 404
        ? 'All replicas need the same SEGMENT_MCP_SECRET, or each has sessions of its own.'
        : nextFor(listed.status),
    );
  }
  const tookMs = begun.tookMs + listed.tookMs;
  const { name, version: theirs } = data.result.serverInfo;
  const message = `${quoted(name)} ${theirs} listed ${list.result.tools.length} tools in ${tookMs} ms.`;
  if (name !== programName) return warn(message, `This is not ${programName}: check the URL.`);
  if (tookMs > maxListMs) return warn(message, 'Clients may give up waiting.');
  return theirs === version ? ok(message) : ok(`${message} This program is ${version}.`);
});

/** What the server says in an error. */
function messageIn({ body }: ServerAnswer): string {
  const { data } = errorSchema.safeParse(body);
  return data ? quoted(data.error.message) : 'no message.';
}

export const checkServerClock: Check = async ({ server }) => {
  const { aheadMs } = server;
  if (aheadMs === undefined) return skipped('Unknown: no response contained the time.');
  const sentence = skewInWords(aheadMs, "the server's");
  if (sentence === undefined) return ok("This machine's clock agrees with the server's.");
  return warn(sentence, 'Set the clocks: keys and access tokens expire by them.');
};
