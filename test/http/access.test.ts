import { once } from 'node:events';
import { mkdirSync, renameSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { StreamableHTTPClientTransport as ModernTransport } from '@modelcontextprotocol/client';
import {
  type OAuthClientProvider,
  type OAuthDiscoveryState,
  UnauthorizedError,
} from '@modelcontextprotocol/sdk/client/auth.js';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import type {
  OAuthClientInformationMixed,
  OAuthTokens,
} from '@modelcontextprotocol/sdk/shared/auth.js';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { formatKeysFile, hashOfKey, type KeyEntry, newKey } from '../../src/access/keys-file.ts';
import {
  type AuthorizationServer,
  startAuthorizationServer,
} from '../support/authorization-server.ts';
import { Checkpoint } from '../support/holding-server.ts';
import { HttpScene, id, space } from '../support/http-scene.ts';
import { createClient } from '../support/in-memory.ts';
import { beginSession, post } from '../support/mcp-post.ts';
import { connectModern, createModernClient, postModern, responseIn } from '../support/modern.ts';
import { isWindows } from '../support/platform.ts';
import { rawRequest } from '../support/raw-http.ts';
import type { Replica } from '../support/replica.ts';
import { connectOver } from '../support/team-server.ts';

/* Who is let in, and what they may do then. */

const scene = new HttpScene();
const ping = { jsonrpc: '2.0', id: 1, method: 'ping' };

const remove = { name: 'remove_audience_from_space', arguments: { id } };

describe('keys', () => {
  const [ann, bob, carl] = [1, 2, 3].map((byte) => newKey(() => new Uint8Array(32).fill(byte)));
  const entry = (owner: string, key = '', policy: KeyEntry['policy'] = {}): KeyEntry => ({
    id: owner,
    hash: hashOfKey(key),
    owner,
    createdAt: '2025-01-01T00:00:00Z',
    policy,
  });
  let replica: Replica;
  const writeKeys = (entries: readonly KeyEntry[]) =>
    writeFileSync(join(scene.folder, 'keys.json'), formatKeysFile(entries));

  beforeEach(async () => {
    writeKeys([
      entry('ann', ann),
      entry('bob', bob),
      entry('carl', carl, { readOnly: true, callsPerMinute: 2 }),
    ]);
    const keys = join(scene.folder, 'keys.json');
    replica = await scene.startReplica({ auth: 'keys', keys });
  });

  const connect = (key: string | undefined, answering?: Parameters<typeof createClient>[0]) =>
    connectOver(`${replica.origin}/mcp`, { key, answering });
  const bearer = (key: string | undefined) => ({ authorization: `Bearer ${key}` });

  test('let in whoever has one, and say how to log in otherwise', async () => {
    for (const headers of [{}, bearer('sgm_unknown'), { authorization: 'Basic YTpi' }]) {
      const { status, headers: answered } = await post(replica.origin, ping, headers);
      expect(status).toBe(401);
      expect(answered['www-authenticate']).toMatch(/^Bearer /);
    }
    expect(await beginSession(replica.origin, bearer(ann))).toBeDefined();
  });

  test('do not open the session of another', async () => {
    const session = await beginSession(replica.origin, bearer(ann));
    const headers = { 'mcp-session-id': session };
    expect((await post(replica.origin, ping, { ...headers, ...bearer(ann) })).status).toBe(200);
    expect((await post(replica.origin, ping, { ...headers, ...bearer(bob) })).status).toBe(404);
  });

  test('show and allow what their policy leaves', async () => {
    const client = await connect(carl);
    const { tools } = await client.listTools();
    expect(tools.every(({ annotations }) => annotations?.readOnlyHint)).toBe(true);
    const refused = await client.callTool(remove);
    expect(JSON.stringify(refused)).toContain('disabled on this server');
    await client.close();
  });

  test('narrow prompts, resources and suggestions like tools', async () => {
    const other = 'spa_shop_production';
    const client = await connectOver(`${replica.origin}/mcp?spaces=${space}`, { key: carl });
    const { prompts } = await client.listPrompts();
    expect(prompts.map(({ name }) => name)).not.toContain('clean_up');
    const read = (uri: string) => client.readResource({ uri });
    await read(`segment://spaces/${space}/overview`);
    await expect(read(`segment://spaces/${other}/overview`)).rejects.toMatchObject({
      code: -32_002,
    });
    const complete = async (name: string, value: string, context: string) => {
      const ref = {
        type: 'ref/resource',
        uri: 'segment://spaces/{spaceId}/audiences/{id}',
      } as const;
      const argument = { name, value };
      const asked = { ref, argument, context: { arguments: { spaceId: context } } };
      return (await client.complete(asked)).completion.values;
    };
    expect(await complete('spaceId', '', '')).toEqual([space]);
    expect(await complete('id', 'aud', space)).not.toEqual([]);
    expect(await complete('id', 'aud', other)).toEqual([]);
    await client.close();
  });

  test('count what is read like calls', async () => {
    const client = await connect(carl);
    const read = () => client.readResource({ uri: `segment://spaces/${space}/audiences/${id}` });
    await read();
    await client.callTool({ name: 'get_audience', arguments: { id } });
    await expect(read()).rejects.toMatchObject({
      code: -32_603,
      data: { code: 'rate_limited', retryAfterMs: expect.any(Number) },
    });
    await client.close();
  });

  test('are limited in their calls', async () => {
    const client = await connect(carl);
    const call = () => client.callTool({ name: 'get_audience', arguments: { id } });
    expect((await call()).isError).toBeFalsy();
    expect((await call()).isError).toBeFalsy();
    const third = await call();
    expect(JSON.stringify(third)).toContain('rate_limited');
    expect(JSON.stringify(third)).toContain('retryAfterMs');
    await scene.clock.advance(60_000);
    expect((await call()).isError).toBeFalsy();
    await client.close();
  });

  test('allow 32 calls at a time', async () => {
    const held = new Checkpoint();
    const client = await connect(ann, async () => {
      await held.pass();
      return { action: 'decline' };
    });
    const calls = Array.from({ length: 32 }, () => client.callTool(remove));
    await held.reached;
    const session = await beginSession(replica.origin, bearer(ann));
    const answer = await post(
      replica.origin,
      { jsonrpc: '2.0', id: 9, method: 'tools/call', params: remove },
      { 'mcp-session-id': session, ...bearer(ann) },
    );
    expect(answer.text).toContain('rate_limited');
    held.release();
    await Promise.all(calls);
    await client.close();
  });

  test("keep one person's agreement from another", async () => {
    const agree = async (key: string | undefined, confirmation?: string) => {
      const client = await connect(key);
      const result = await client.callTool({
        ...remove,
        arguments: { ...remove.arguments, confirmation },
      });
      await client.close();
      return result;
    };
    const asked = JSON.stringify(await agree(ann));
    const [, value] = asked.match(/\\"confirmation\\":\\"([\w-]+)/) ?? [];
    expect(value).toBeDefined();
    const stolen = JSON.stringify(await agree(bob, value));
    expect(stolen).toContain('confirmation_required');
    expect(scene.sandbox.members(space, id)).toBeDefined();
    expect((await agree(ann, value)).isError).toBeFalsy();
    expect(scene.sandbox.members(space, id)).toBeUndefined();
  });

  test('are needed, and count, in the protocol without sessions, too', async () => {
    const listed = { method: 'tools/list' };
    expect((await postModern(replica.origin, listed)).status).toBe(401);
    const client = await connectModern(`${replica.origin}/mcp`, { key: carl });
    const { tools } = await client.listTools();
    expect(tools.every(({ annotations }) => annotations?.readOnlyHint)).toBe(true);
    expect(JSON.stringify(await client.callTool(remove))).toContain('disabled on this server');
    const call = () => client.callTool({ name: 'get_audience', arguments: { id } });
    await call();
    await call();
    expect(JSON.stringify(await call())).toContain('rate_limited');
    await client.close();
  });

  test("keep one person's reply from another", async () => {
    const call = async (key: string | undefined, more: object = {}) =>
      responseIn(
        await postModern(replica.origin, {
          method: 'tools/call',
          params: { ...remove, ...more },
          headers: bearer(key),
        }),
      );
    const asked = await call(ann);
    const reply = {
      requestState: asked.result?.requestState,
      inputResponses: { agreement: { action: 'accept', content: { agree: true } } },
    };
    expect((await call(bob, reply)).error?.message).toContain('not for this call and caller');
    expect(scene.sandbox.members(space, id)).toBeDefined();
    expect((await call(ann, reply)).result?.isError).toBeFalsy();
    expect(scene.sandbox.members(space, id)).toBeUndefined();
  });

  test('that are revoked close the server to their owners, within five seconds', async () => {
    const session = await beginSession(replica.origin, bearer(bob));
    writeKeys([entry('ann', ann), { ...entry('bob', bob), revokedAt: '2025-02-01T00:00:00Z' }]);
    await scene.clock.advance(5000);
    await replica.logged('a new version of the file is in effect');
    const headers = { 'mcp-session-id': session, ...bearer(bob) };
    expect((await post(replica.origin, ping, headers)).status).toBe(401);
  });

  test.skipIf(isWindows)(
    'may be behind a link that is swapped, as in Kubernetes (Windows needs a privilege for links)',
    async () => {
      const [data, next] = [join(scene.folder, 'data'), join(scene.folder, 'next')];
      const versions = { old: [entry('ann', ann)], new: [entry('bob', bob)] };
      for (const [version, entries] of Object.entries(versions)) {
        mkdirSync(join(scene.folder, version));
        writeFileSync(join(scene.folder, version, 'keys.json'), formatKeysFile(entries));
      }
      symlinkSync('old', data);
      const linked = await scene.startReplica({ auth: 'keys', keys: join(data, 'keys.json') });
      const status = async (key: string | undefined) =>
        (await post(linked.origin, ping, bearer(key))).status;
      // 400: it got as far as the question for its session.
      expect([await status(ann), await status(bob)]).toEqual([400, 401]);
      symlinkSync('new', next);
      renameSync(next, data);
      await scene.clock.advance(5000);
      await linked.logged('a new version of the file is in effect');
      expect([await status(ann), await status(bob)]).toEqual([401, 400]);
    },
  );

  test('are in every line of the log', async () => {
    const client = await connect(ann);
    await client.callTool({ name: 'get_audience', arguments: { id } });
    await client.close();
    const line = replica.log.find((each) => each.includes('"tool call"'));
    expect(JSON.parse(line ?? '{}')).toMatchObject({
      caller: 'ann',
      replica: 'test',
      request: expect.any(String),
      session: expect.any(String),
    });
  });
});

describe('OAuth', () => {
  let login: AuthorizationServer;
  let closeLogin: () => Promise<void>;
  let replica: Replica;
  let origin: string;

  beforeEach(async () => {
    const started = await startAuthorizationServer();
    login = started.server;
    closeLogin = started.close;
    const port = await freePort();
    origin = `http://127.0.0.1:${port}`;
    const flags = {
      http: `127.0.0.1:${port}`,
      auth: 'oauth',
      'public-url': origin,
      'oauth-issuer': login.issuer,
    };
    replica = await scene.startReplica(flags, { clock: { ...scene.clock, now: Date.now } });
  });
  afterEach(() => closeLogin());

  const tokenFor = (more: Record<string, unknown> = {}) =>
    login.token({
      sub: 'ann',
      aud: `${origin}/mcp`,
      scope: 'audiences:read audiences:write',
      ...more,
    });

  test("takes the SDK's own client the whole way", async () => {
    const provider = new LoggingIn();
    const client = createClient();
    const transport = () =>
      new StreamableHTTPClientTransport(new URL(`${origin}/mcp`), { authProvider: provider });
    const first = transport();
    await expect(client.connect(first)).rejects.toBeInstanceOf(UnauthorizedError);
    await first.finishAuth(await provider.code());
    const again = createClient();
    await again.connect(transport());
    const { structuredContent } = await again.callTool({ name: 'get_audience', arguments: { id } });
    expect(structuredContent).toMatchObject({ audience: { id } });
    await again.close();
  });

  test('takes the client of its second version the whole way, too', async () => {
    const provider = new LoggingIn();
    const transport = () =>
      new ModernTransport(new URL(`${origin}/mcp`), { authProvider: provider });
    const first = transport();
    await expect(createModernClient().connect(first)).rejects.toThrow('Unauthorized');
    await first.finishAuth(await provider.code());
    const client = createModernClient();
    await client.connect(transport());
    const { structuredContent } = await client.callTool({
      name: 'get_audience',
      arguments: { id },
    });
    expect(structuredContent).toMatchObject({ audience: { id } });
    await client.close();
  });

  test('describes itself to anybody', async () => {
    for (const path of ['', '/mcp']) {
      const { status, text } = await rawRequest(
        origin,
        'GET',
        `/.well-known/oauth-protected-resource${path}`,
        { headers: { host: 'proxy.internal' } },
      );
      expect(status).toBe(200);
      expect(JSON.parse(text)).toMatchObject({
        resource: `${origin}/mcp`,
        authorization_servers: [login.issuer],
      });
    }
  });

  test('wants the scope of a tool, and names both', async () => {
    const authorization = `Bearer ${await tokenFor({ scope: 'audiences:read' })}`;
    const session = await beginSession(origin, { authorization });
    const call = (name: string) =>
      post(
        origin,
        { jsonrpc: '2.0', id: 1, method: 'tools/call', params: { name, arguments: { id } } },
        { authorization, 'mcp-session-id': session },
      );
    expect((await call('get_audience')).status).toBe(200);
    const refused = await call('remove_audience_from_space');
    expect(refused.status).toBe(403);
    expect(refused.headers['www-authenticate']).toMatch(
      /error="insufficient_scope".*scope="audiences:read audiences:write"/,
    );
  });

  test('wants the scope for reading, of whatever shows a space', async () => {
    const authorization = `Bearer ${await tokenFor({ scope: 'audiences:write' })}`;
    const session = await beginSession(origin, { authorization });
    const ask = async (method: string, params: object) => {
      const message = { jsonrpc: '2.0', id: 1, method, params };
      return (await post(origin, message, { authorization, 'mcp-session-id': session })).status;
    };
    const ref = { type: 'ref/prompt', name: 'explain_audience' };
    const uri = `segment://spaces/${space}/overview`;
    expect(await ask('resources/read', { uri })).toBe(403);
    expect(await ask('prompts/get', { name: 'review_space' })).toBe(403);
    const argument = { name: 'audience', value: '' };
    expect(await ask('completion/complete', { ref, argument })).toBe(403);
    expect(await ask('resources/read', { uri: 'segment://query-language' })).toBe(200);
    expect(await ask('prompts/list', {})).toBe(200);
  });

  test.each([
    ['for another audience', { aud: 'https://other.example/mcp' }],
    ['of another issuer', { iss: 'https://evil.example' }],
    ['that has expired', { exp: 1_000_000_000 }],
    ['without a subject', { sub: undefined }],
  ])('refuses a token %s', async (_, claims) => {
    const authorization = `Bearer ${await tokenFor(claims)}`;
    const { status, headers } = await post(origin, ping, { authorization });
    expect(status).toBe(401);
    expect(headers['www-authenticate']).toContain(
      `resource_metadata="${origin}/.well-known/oauth-protected-resource/mcp"`,
    );
  });

  test('lets nobody in while the keys of its issuer are out of reach', async () => {
    login.isDown = true;
    const authorization = `Bearer ${await tokenFor()}`;
    expect((await post(origin, ping, { authorization })).status).toBe(503);
  });

  test('wants both in the protocol without sessions, too', async () => {
    const authorization = `Bearer ${await tokenFor({ scope: 'audiences:write' })}`;
    const ask = (method: string, { uri, ...params }: Asked) => {
      const named = uri !== undefined && { uri };
      const headers = { authorization, ...(named && { 'mcp-name': named.uri }) };
      return postModern(origin, { method, params: { ...params, ...named }, headers });
    };
    const ref = { type: 'ref/prompt', name: 'explain_audience' };
    const argument = { name: 'audience', value: '' };
    const reading: [string, Asked][] = [
      ['tools/call', { name: 'get_audience', arguments: { id } }],
      ['resources/read', { uri: `segment://spaces/${space}/overview` }],
      ['prompts/get', { name: 'review_space' }],
      ['completion/complete', { ref, argument }],
    ];
    for (const [method, params] of reading) {
      const { status, headers } = await ask(method, params);
      expect([method, status]).toEqual([method, 403]);
      expect(headers['www-authenticate']).toContain('error="insufficient_scope"');
    }
    const allowed: [string, Asked][] = [
      ['tools/call', remove],
      ['resources/read', { uri: 'segment://query-language' }],
      ['prompts/list', {}],
      ['server/discover', {}],
    ];
    for (const [method, params] of allowed) {
      expect([method, (await ask(method, params)).status]).toEqual([method, 200]);
    }
  });

  test('never sends the token of a caller to Segment', async () => {
    const sent: { authorization: string; text: string }[] = [];
    scene.upstream.beforeRequest = (passing) => void sent.push(passing);
    const token = await tokenFor();
    const older = await connectOver(`${origin}/mcp`, { key: token });
    const newer = await connectModern(`${origin}/mcp`, { key: token });
    for (const client of [older, newer]) {
      await client.callTool({ name: 'get_audience', arguments: { id } });
      await client.callTool({
        name: 'update_audience_for_space',
        arguments: { id, description: `of ${sent.length}` },
      });
      await client.callTool({ name: 'preview_audience', arguments: { query: "event('A')" } });
      await client.getPrompt({ name: 'review_space' });
      await client.readResource({ uri: `segment://spaces/${space}/overview` });
      await client.close();
    }
    expect(sent.length).toBeGreaterThan(8);
    expect(new Set(sent.map(({ authorization }) => authorization))).toEqual(
      new Set(['Bearer token-for-tests']),
    );
    const [, claims = ''] = token.split('.');
    for (const text of [...sent.map((passing) => passing.text), replica.log.join('\n')]) {
      expect(text).not.toContain(claims);
    }
  });
});

/** The params of a request. */
interface Asked {
  uri?: string;
  name?: string;
  [member: string]: unknown;
}

/** A client's side of a login, whose user agrees to everything. */
class LoggingIn implements OAuthClientProvider {
  #authorizationUrl: URL | undefined;
  #information: OAuthClientInformationMixed | undefined;
  #tokens: OAuthTokens | undefined;
  #verifier = '';
  #discovered: OAuthDiscoveryState | undefined;
  readonly redirectUrl = 'http://127.0.0.1:1/callback';
  readonly clientMetadata = {
    redirect_uris: [this.redirectUrl],
    client_name: 'test',
    token_endpoint_auth_method: 'none',
  };

  clientInformation = () => this.#information;
  saveClientInformation = (information: OAuthClientInformationMixed) => {
    this.#information = information;
  };
  discoveryState = () => this.#discovered;
  saveDiscoveryState = (discovered: OAuthDiscoveryState) => {
    this.#discovered = discovered;
  };
  tokens = () => this.#tokens;
  saveTokens = (tokens: OAuthTokens) => {
    this.#tokens = tokens;
  };
  redirectToAuthorization = (url: URL) => {
    this.#authorizationUrl = url;
  };
  saveCodeVerifier = (verifier: string) => {
    this.#verifier = verifier;
  };
  codeVerifier = () => this.#verifier;

  /** What the browser would come back with. */
  async code(): Promise<string> {
    if (!this.#authorizationUrl) throw new Error('There was no redirection');
    const { headers } = await fetch(this.#authorizationUrl, { redirect: 'manual' });
    return new URL(headers.get('location') ?? '').searchParams.get('code') ?? '';
  }
}

async function freePort(): Promise<number> {
  const server = createServer();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  if (typeof address !== 'object' || address === null) throw new Error('There is no port');
  return address.port;
}
