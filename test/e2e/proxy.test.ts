import { describe, expect, test } from 'vitest';
import { start } from '../../src/sandbox/start.ts';
import { startConnectProxy, tlsCertificate, tlsHost } from '../support/connect-proxy.ts';
import { callTool, secret } from '../support/in-memory.ts';
import { startSession } from '../support/program.ts';
import { environmentFor } from '../support/rig.ts';
import { startTeamServer } from '../support/team-server.ts';

/*
 * The built program behind a proxy that is the only way to Segment.
 */

const list = JSON.stringify({
  data: { audiences: [{ id: 'aud_1', name: 'Behind' }], pagination: { totalEntries: 1 } },
});
const trusting = {
  ...environmentFor(`https://${tlsHost}`, 'spa_1'),
  NODE_EXTRA_CA_CERTS: tlsCertificate,
};

describe('a CONNECT proxy', () => {
  test.each(['HTTPS_PROXY', 'https_proxy', 'HTTP_PROXY', 'http_proxy'])(
    'is used: %s',
    async (variable) => {
      await using proxy = await startConnectProxy(list);
      const environment = { ...trusting, [variable]: `http://${proxy.address}` };
      await using session = await startSession([], environment);
      const { error, text } = await callTool(session.client, 'list_audiences');
      expect(error).toBeUndefined();
      expect(text).toContain('Behind');
      expect(proxy.connects).toEqual([{ target: `${tlsHost}:443`, authorization: undefined }]);
      expect(proxy.requests[0]?.headers.authorization).toBe(`Bearer ${secret}`);
      expect(proxy.requests[0]?.headers.host).toBe(tlsHost);
    },
  );

  test('hands over what follows a 100 that nobody asked for', async () => {
    await using proxy = await startConnectProxy(list, 200, true);
    const environment = { ...trusting, HTTPS_PROXY: `http://${proxy.address}` };
    await using session = await startSession([], environment);
    const { text } = await callTool(session.client, 'list_audiences');
    expect(text).toContain('Behind');
    expect(proxy.requests).toHaveLength(1);
  });

  test('gets the user and password of its URL, which nothing else shows', async () => {
    await using proxy = await startConnectProxy(
      JSON.stringify({
        data: {
          audiences: [{ id: 'aud_1', name: `p@ss/word1 p%40ss%2fword1 ${btoa('me:p@ss/word1')}` }],
          pagination: { totalEntries: 1 },
        },
      }),
    );
    const environment = { ...trusting, HTTPS_PROXY: `http://me:p%40ss%2Fword1@${proxy.address}` };
    await using session = await startSession(['--log-level', 'debug'], environment);
    const { text } = await callTool(session.client, 'list_audiences');
    expect(proxy.connects).toMatchObject([{ authorization: `Basic ${btoa('me:p@ss/word1')}` }]);
    expect(text).toContain('[redacted] [redacted] [redacted]');
    for (const spelling of ['p@ss', 'p%40ss', btoa('me:p@ss/word1')]) {
      expect(text + session.stderr()).not.toContain(spelling);
    }
  });

  test.each([
    [407, /the proxy returned HTTP 407/],
    [null, /the proxy did not answer in time/],
  ])('that answers %s: unreachable, and next names it', async (status, message) => {
    await using proxy = await startConnectProxy(list, status);
    const environment = { ...trusting, HTTPS_PROXY: `http://me:password1@${proxy.address}` };
    const args = ['--max-wait-ms', '10', '--timeout-ms', '500'];
    await using session = await startSession(args, environment);
    const { error, text } = await callTool(session.client, 'list_audiences');
    expect(error?.code).toBe('unreachable');
    expect(error?.message).toMatch(message);
    expect(error?.next).toContain(`A proxy is in use: http://${proxy.address} (HTTPS_PROXY`);
    expect(text + session.stderr()).not.toContain('password1');
  });

  test('that is not there: unreachable, and next names it', async () => {
    const environment = { ...trusting, HTTPS_PROXY: '127.0.0.1:1' };
    await using session = await startSession(['--max-wait-ms', '10'], environment);
    const { error } = await callTool(session.client, 'list_audiences');
    expect(error).toMatchObject({ code: 'unreachable' });
    expect(error?.message).toMatch(/ECONNREFUSED/);
    expect(error?.next).toContain('A proxy is in use: http://127.0.0.1:1 (HTTPS_PROXY');
  });

  test.each(['NO_PROXY', 'no_proxy'])('is bypassed for hosts of %s', async (variable) => {
    await using proxy = await startConnectProxy(list);
    await using session = await startSession(['--max-wait-ms', '10'], {
      ...trusting,
      HTTPS_PROXY: `http://${proxy.address}`,
      [variable]: `example.com, ${tlsHost}`,
    });
    const { error } = await callTool(session.client, 'list_audiences');
    expect(error?.code).toBe('unreachable');
    expect(error?.next).toContain('No proxy is in use');
    expect(proxy.connects).toEqual([]);
  });

  test('leads to the keys of an issuer, whose tokens are then judged by them', async () => {
    await using proxy = await startConnectProxy(JSON.stringify({ keys: [] }));
    const oauth = ['--auth', 'oauth', '--oauth-issuer', `https://${tlsHost}`];
    await using server = await startTeamServer(
      ['--sandbox', '--drain-wait-ms=0', ...oauth, '--public-url', 'http://localhost:1'].concat(
        '--oauth-jwks',
        `https://${tlsHost}/keys?of=team`,
      ),
      {
        NODE_EXTRA_CA_CERTS: tlsCertificate,
        HTTPS_PROXY: `http://me:password1@${proxy.address}`,
      },
    );
    const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
    const token = `${part({ alg: 'RS256', kid: 'k' })}.${part({ iss: `https://${tlsHost}` })}.c2ln`;
    const { status } = await fetch(`${server.origin}/mcp`, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      body: '{}',
    });
    // Without the keys, it would be 503.
    expect(status).toBe(401);
    const authorization = `Basic ${btoa('me:password1')}`;
    expect(proxy.connects).toEqual([{ target: `${tlsHost}:443`, authorization }]);
    expect(proxy.requests.map(({ url }) => url)).toEqual(['/keys?of=team']);
  });

  test('is not used for this machine itself, nor for the built-in sandbox', async () => {
    await using proxy = await startConnectProxy(list);
    const variables = {
      HTTPS_PROXY: `http://${proxy.address}`,
      HTTP_PROXY: `http://${proxy.address}`,
    };
    const sandbox = await start();
    const space = sandbox.spaces[1]?.id ?? '';
    for (const session of [
      await startSession([], { ...variables, ...environmentFor(sandbox.url, space) }),
      await startSession(['--sandbox', '--space', space], variables),
    ]) {
      expect((await callTool(session.client, 'list_audiences')).error).toBeUndefined();
      await session.close();
    }
    expect(proxy.connects).toEqual([]);
    await sandbox.close();
  });
});

test('a certificate that is not trusted: no retry, and what to set is named', async () => {
  await using proxy = await startConnectProxy(list);
  const { NODE_EXTRA_CA_CERTS: _, ...distrusting } = trusting;
  const environment = { ...distrusting, HTTPS_PROXY: `http://${proxy.address}` };
  await using session = await startSession([], environment);
  const { error } = await callTool(session.client, 'list_audiences');
  expect(error?.code).toBe('unreachable');
  expect(error?.message).toMatch(/certificate was not accepted \(DEPTH_ZERO_SELF_SIGNED_CERT\)/);
  expect(error?.next).toMatch(/NODE_EXTRA_CA_CERTS/);
  expect(error?.next).toMatch(/A proxy is in use/);
  expect(proxy.connects).toHaveLength(1);
  expect(proxy.requests).toEqual([]);
  expect(session.stderr()).not.toContain('trying again');
});
