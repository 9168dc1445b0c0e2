import { createHash } from 'node:crypto';
import { exportJWK, generateKeyPair, SignJWT } from 'jose';
import { describe, expect, test } from 'vitest';
import { BrokenFile } from '../../src/access/file-text.ts';
import { metadataUrls } from '../../src/access/issuer-keys.ts';
import { createOAuthAuthenticator } from '../../src/access/oauth.ts';
import { parseOAuthPolicies, policyFor } from '../../src/access/oauth-policies.ts';
import { WatchedFile } from '../../src/access/watched-file.ts';
import type { OAuthConfig } from '../../src/config/http-config.ts';
import { AuthorizationServer, startAuthorizationServer } from '../support/authorization-server.ts';
import { waitFor } from '../support/manual-clock.ts';
import { WatchedFiles } from '../support/watched.ts';

const issuer = 'https://login.example.com';
const audience = 'https://mcp.example.com/mcp';
const claims = { sub: 'ann', aud: audience };

/** @param prepare changes the authorization server before anybody asks it for keys. */
async function withServer(
  more: Partial<OAuthConfig> = {},
  policies?: string,
  prepare: (server: AuthorizationServer) => unknown = () => {},
) {
  const files = new WatchedFiles(policies === undefined ? {} : { '/policies': policies });
  const { clock, log } = files;
  const server = await AuthorizationServer.create(more.issuer ?? issuer, clock.now);
  const file =
    policies === undefined
      ? undefined
      : await WatchedFile.open(
          { path: '/policies', setting: '--oauth-policies', parse: parseOAuthPolicies },
          files,
        );
  await prepare(server);
  const authenticator = await createOAuthAuthenticator(
    { kind: 'oauth', issuer, audience, jwks: undefined, policiesFile: undefined, ...more },
    { fetch: server.fetch, clock, log, tokens: () => undefined, policies: file },
  );
  const login = (token: string) => authenticator.authenticate(`Bearer ${token}`);
  /** How often the keys were fetched. */
  const fetches = () => server.requests.filter((path) => path.endsWith('/jwks')).length;
  return { server, files, clock, authenticator, login, fetches };
}

describe('an access token', () => {
  test.each(['ES256', 'RS256', 'PS256', 'EdDSA'])('signed by %s lets in', async (algorithm) => {
    const { server, login, authenticator } = await withServer({}, undefined, (before) =>
      before.rotate({ algorithm }),
    );
    expect(await login(await server.token({ ...claims, scope: 'audiences:read' }))).toEqual({
      id: 'oauth:ann',
      policy: {},
      scopes: new Set(['audiences:read']),
    });
    authenticator.close();
  });

  test.each<[string, Record<string, unknown>, string[]]>([
    [
      'scope as words',
      { scope: 'openid audiences:write audiences:read' },
      ['audiences:read', 'audiences:write'],
    ],
    ['scope as a list', { scope: ['audiences:write'] }, ['audiences:write']],
    ['scp as words', { scp: 'audiences:read' }, ['audiences:read']],
    ['scp as a list', { scp: ['audiences:read', 'x'] }, ['audiences:read']],
    ['no scope', {}, []],
    ['scopes that only look like ours', { scope: 'audiences:readers xaudiences:read', scp: 5 }, []],
  ])('with %s', async (_, more, expected) => {
    const { server, login } = await withServer();
    const { scopes } = await login(await server.token({ ...claims, ...more }));
    expect([...(scopes ?? [])]).toEqual(expected);
  });

  test('may be for several audiences', async () => {
    const { server, login } = await withServer();
    const token = await server.token({ ...claims, aud: ['https://other.example', audience] });
    expect(await login(token)).toMatchObject({ id: 'oauth:ann' });
  });

  const past = Date.UTC(2026, 0, 1) / 1000 - 31;

  test.each<[string, Record<string, unknown>, string]>([
    ['for another audience', { aud: 'https://other.example/mcp' }, 'wrong_audience'],
    ['for a part of the audience', { aud: 'https://mcp.example.com' }, 'wrong_audience'],
    ['for no audience', { aud: undefined }, 'wrong_audience'],
    ['of another issuer', { iss: 'https://login.example.com/' }, 'unknown'],
    ['of no issuer', { iss: undefined }, 'unknown'],
    ['that has expired', { exp: past }, 'expired'],
    ['that never expires', { exp: undefined }, 'unknown'],
    ['that is not valid yet', { nbf: past + 62 }, 'unknown'],
    ['for nobody', { sub: undefined }, 'unknown'],
    ['for an empty subject', { sub: '' }, 'unknown'],
    ['for a number', { sub: 5 }, 'unknown'],
  ])('%s does not let in', async (_, more, fault) => {
    const { server, login } = await withServer();
    const token = await server.token({ ...claims, ...more });
    const error = await login(token).catch((reason) => reason);
    expect(error).toMatchObject({ name: 'AccessError', fault, status: 401 });
    expect(String(error)).not.toContain(token);
  });

  test('is given half a minute for clocks that differ', async () => {
    const { server, login } = await withServer();
    expect(await login(await server.token({ ...claims, exp: past + 2 }))).toBeDefined();
    expect(await login(await server.token({ ...claims, nbf: past + 60 }))).toBeDefined();
  });

  test.each(['opaque-token', 'a.b', 'a.b.c.d.e'])('%s is no JWT', async (token) => {
    const { login } = await withServer();
    await expect(login(token)).rejects.toMatchObject({ fault: 'malformed', status: 401 });
  });

  test('that is forged, unsigned, or signed with the public key as a secret', async () => {
    const { server, login } = await withServer();
    const [header = '', body = '', signature = ''] = (await server.token(claims)).split('.');
    const forged = Buffer.from(JSON.stringify({ ...claims, iss: issuer, sub: 'bob', exp: 9e9 }));
    const none = Buffer.from('{"alg":"none"}').toString('base64url');
    const { privateKey } = await generateKeyPair('ES256');
    const foreign = { ...server.key, privateKey };
    const secret = Buffer.from(JSON.stringify(server.key.jwk));
    for (const token of [
      `${header}.${forged.toString('base64url')}.${signature}`,
      `${none}.${body}.`,
      'a.b.c',
      '..',
      await server.token(claims, { key: foreign }),
      await new SignJWT({ ...claims, iss: issuer, exp: 9e9 })
        .setProtectedHeader({ alg: 'HS256', kid: server.key.jwk.kid })
        .sign(secret),
    ]) {
      await expect(login(token)).rejects.toMatchObject({ fault: 'unknown', status: 401 });
    }
  });

  test('signed with a secret of the key set does not let in', async () => {
    const { server, clock, files } = await withServer();
    const secret = Buffer.alloc(32, 1);
    const jwk = { ...(await exportJWK(secret)), kid: 'shared', alg: 'HS256' };
    const { log } = files;
    const authenticator = await createOAuthAuthenticator(
      { kind: 'oauth', issuer, audience, jwks: `${issuer}/jwks`, policiesFile: undefined },
      {
        fetch: async () => Response.json({ keys: [jwk, server.key.jwk] }),
        ...{ clock, log, tokens: () => undefined, policies: undefined },
      },
    );
    const token = await new SignJWT({ ...claims, iss: issuer, exp: 9e9 })
      .setProtectedHeader({ alg: 'HS256', kid: 'shared' })
      .sign(secret);
    await expect(authenticator.authenticate(`Bearer ${token}`)).rejects.toMatchObject({
      fault: 'unknown',
    });
  });

  test.each([
    ['auth0|5f7', 'oauth:auth0|5f7'],
    ['Ann Smith', `oauth-sha256:${createHash('sha256').update('Ann Smith').digest('hex')}`],
  ])('of %s has the id %s', async (sub, id) => {
    const { server, login } = await withServer();
    expect(await login(await server.token({ ...claims, sub }))).toMatchObject({ id });
  });

  test('of hostile subjects has ids of their own, in one short line', async () => {
    const { server, login } = await withServer();
    const ids = new Set<string>();
    for (const sub of ['a\nb', 'a\u202eb', 'a'.repeat(129), 'a'.repeat(130), 'a b', 'oauth:a']) {
      const { id } = await login(await server.token({ ...claims, sub }));
      expect(id).toMatch(/^[\x21-\x7e]{1,140}$/);
      ids.add(id);
    }
    expect(ids.size).toBe(6);
  });
});

describe("the issuer's keys", () => {
  test('are fetched once, and again when they are ten minutes old, without making anybody wait', async () => {
    const { server, login, clock, fetches } = await withServer();
    const token = () => server.token(claims);
    await Promise.all([login(await token()), login(await token())]);
    await clock.advance(599_000);
    await login(await token());
    expect(fetches()).toBe(1);
    await clock.advance(1000);
    server.isDown = true;
    await login(await token());
    await waitFor(() => server.requests.at(-1)?.includes('openid-configuration') ?? false);
  });

  test('are fetched again for a new key, at most every half minute', async () => {
    const { server, login, clock, fetches } = await withServer();
    await login(await server.token(claims));
    const old = server.key;
    await server.rotate();
    await clock.advance(29_000);
    await expect(login(await server.token(claims))).rejects.toMatchObject({ fault: 'unknown' });
    await clock.advance(1000);
    expect(await login(await server.token(claims))).toMatchObject({ id: 'oauth:ann' });
    expect(fetches()).toBe(2);
    for (let turn = 0; turn < 5; turn += 1) {
      await expect(login(await server.token(claims, { key: old }))).rejects.toThrow();
    }
    expect(fetches()).toBe(2);
  });

  test('are fetched again where a new key has the id of an old one', async () => {
    const { server, login, clock } = await withServer();
    await login(await server.token(claims));
    const { kid } = server.key.jwk;
    await server.rotate();
    server.key.jwk.kid = kid;
    await clock.advance(30_000);
    expect(await login(await server.token(claims))).toMatchObject({ id: 'oauth:ann' });
  });

  test('are all tried for a token that names none', async () => {
    const keys: AuthorizationServer['key'][] = [];
    const { server, login } = await withServer({}, undefined, async (before) => {
      keys.push(before.key);
      await before.rotate({ keep: true });
      await before.rotate({ keep: true, withKid: false });
    });
    const [first = server.key] = keys;
    for (const key of [first, server.key]) {
      expect(await login(await server.token(claims, { key, withKid: false }))).toBeDefined();
    }
    const { privateKey } = await generateKeyPair('ES256');
    const foreign = await server.token(claims, { key: { ...first, privateKey }, withKid: false });
    await expect(login(foreign)).rejects.toMatchObject({ fault: 'unknown' });
    const expired = await server.token({ ...claims, exp: 1 }, { key: first, withKid: false });
    await expect(login(expired)).rejects.toMatchObject({ fault: 'expired' });
  });

  test('are missing: nobody can be let in, and it is tried again', async () => {
    const { server, login, clock, authenticator, files } = await withServer(
      {},
      undefined,
      (before) => {
        before.isDown = true;
      },
    );
    const token = await server.token(claims);
    await expect(login(token)).rejects.toMatchObject({ fault: 'unavailable', status: 503 });
    expect(authenticator.notReady()).toMatch(/keys are not known yet/);
    const { length } = server.requests;
    await expect(login(token)).rejects.toThrow();
    expect(server.requests).toHaveLength(length);
    expect(files.messages('error')).toHaveLength(1);
    server.isDown = false;
    await clock.advance(5000);
    // Nobody logs in while the server is not ready.
    await waitFor(() => authenticator.notReady() === undefined);
    expect(await login(token)).toMatchObject({ id: 'oauth:ann' });
    expect(files.messages('info')).toEqual(["the issuer's keys can be fetched again"]);
  });

  test('are kept while the issuer is down', async () => {
    const { server, login, clock, files } = await withServer();
    await login(await server.token(claims));
    server.isDown = true;
    await clock.advance(3_600_000);
    expect(await login(await server.token(claims))).toMatchObject({ id: 'oauth:ann' });
    await waitFor(() => files.messages('error').length === 1);
    expect(await login(await server.token(claims))).toMatchObject({ id: 'oauth:ann' });
  });

  test('are found by the metadata of this issuer only', async () => {
    const { server, login } = await withServer({}, undefined, (before) => {
      before.claimsOtherIssuer = true;
    });
    await expect(login(await server.token(claims))).rejects.toMatchObject({
      fault: 'unavailable',
    });
  });

  test('may be at a given address', async () => {
    const { server, login } = await withServer({ jwks: `${issuer}/jwks` });
    await login(await server.token(claims));
    expect(new Set(server.requests)).toEqual(new Set(['/jwks']));
  });

  test('of an issuer with a path', async () => {
    const tenant = `${issuer}/tenant`;
    const { server, login } = await withServer({ issuer: tenant });
    expect(await login(await server.token(claims))).toMatchObject({ id: 'oauth:ann' });
    expect(metadataUrls(`${tenant}/`)).toEqual([
      `${issuer}/.well-known/oauth-authorization-server/tenant`,
      `${issuer}/.well-known/openid-configuration/tenant`,
      `${tenant}/.well-known/openid-configuration`,
    ]);
    expect(metadataUrls(issuer)).toHaveLength(2);
  });

  test.each([
    ['is not a key set', async () => Response.json({ keys: 'none' })],
    ['is no JSON', async () => new Response('<html>')],
    ['is endless', async () => new Response('x'.repeat(2_000_000))],
    ['redirects', async () => new Response(null, { status: 302, headers: { location: '/x' } })],
    [
      'fails',
      async () => {
        throw new TypeError('fetch failed', { cause: new Error('getaddrinfo ENOTFOUND') });
      },
    ],
  ])('what %s is not keys', async (_, fetch) => {
    const files = new WatchedFiles();
    const { clock, log } = files;
    const authenticator = await createOAuthAuthenticator(
      { kind: 'oauth', issuer, audience, jwks: `${issuer}/jwks`, policiesFile: undefined },
      { fetch, clock, log, tokens: () => undefined, policies: undefined },
    );
    await expect(authenticator.authenticate('Bearer a.b.c')).rejects.toMatchObject({ status: 503 });
    expect(files.messages('error')).toHaveLength(1);
  });

  test('that take too long are given up', async () => {
    const files = new WatchedFiles();
    const { clock, log } = files;
    const authenticator = await createOAuthAuthenticator(
      { kind: 'oauth', issuer, audience, jwks: `${issuer}/jwks`, policiesFile: undefined },
      {
        fetch: (_, { signal }) =>
          new Promise((_resolve, reject) => {
            signal?.addEventListener('abort', () => reject(signal.reason));
          }),
        ...{ clock, log, tokens: () => undefined, policies: undefined },
      },
    );
    const attempt = authenticator.authenticate('Bearer a.b.c').catch((error) => error);
    await clock.advance(5000);
    expect(await attempt).toMatchObject({ fault: 'unavailable', status: 503 });
    expect(JSON.stringify(files.logged)).toContain('no response in time');
  });

  test('are fetched over HTTP', async () => {
    const { server, close } = await startAuthorizationServer();
    const files = new WatchedFiles();
    const { clock, log } = files;
    const authenticator = await createOAuthAuthenticator(
      { kind: 'oauth', issuer: server.issuer, audience, jwks: undefined, policiesFile: undefined },
      {
        fetch,
        clock: { ...clock, now: Date.now },
        log,
        tokens: () => undefined,
        policies: undefined,
      },
    );
    const token = await server.token(claims);
    expect(await authenticator.authenticate(`Bearer ${token}`)).toMatchObject({ id: 'oauth:ann' });
    await close();
  });
});

describe('policies of claims', () => {
  const admins = { claim: 'groups', value: 'admins', policy: {} };
  const readers = { claim: 'groups', value: 'readers', policy: { readOnly: true } };

  test.each<[object, object | undefined]>([
    [{ groups: ['readers', 'admins'] }, {}],
    [{ groups: ['readers'] }, { readOnly: true }],
    [{ groups: 'readers' }, { readOnly: true }],
    [{ groups: 'readers admins' }, undefined],
    [{ groups: ['Readers'] }, undefined],
    [{ groups: { readers: true } }, undefined],
    [{}, undefined],
  ])('of %j: %j', (given, expected) => {
    expect(policyFor({ ...given }, [admins, readers])).toEqual(expected);
  });

  test('the first one that matches is taken, by the name of the claim before its path', () => {
    const policy = { readOnly: true };
    const roles = { claim: 'realm_access.roles', value: 'editor', policy };
    expect(policyFor({ realm_access: { roles: ['editor'] } }, [roles])).toBe(policy);
    expect(
      policyFor({ 'realm_access.roles': 'x', realm_access: { roles: ['editor'] } }, [roles]),
    ).toBe(undefined);
    const named = { claim: 'https://example.com/level', value: 3, policy };
    expect(policyFor({ 'https://example.com/level': 3 }, [named])).toBe(policy);
    expect(policyFor({ 'https://example.com/level': '3' }, [named])).toBeUndefined();
    const inherited = { claim: 'constructor.name', value: 'Object', policy };
    expect(policyFor({}, [inherited])).toBeUndefined();
  });

  test('are those of the file, as it is now; others are known and may do nothing', async () => {
    const { server, login, files } = await withServer({}, JSON.stringify([readers]));
    const ann = await server.token({ ...claims, groups: ['readers'] });
    const bob = await server.token({ ...claims, groups: ['admins'] });
    expect(await login(ann)).toMatchObject({ policy: { readOnly: true } });
    await expect(login(bob)).rejects.toMatchObject({ fault: 'no_policy', status: 403 });
    await files.swap('/policies', JSON.stringify([admins]));
    expect(await login(bob)).toMatchObject({ policy: {} });
    await expect(login(ann)).rejects.toMatchObject({ fault: 'no_policy' });
    await files.swap('/policies', JSON.stringify([{ ...readers, policy: { token: 'eu' } }]));
    await expect(login(ann)).rejects.toMatchObject({ fault: 'no_policy', status: 403 });
    expect(files.logged.map(({ facts }) => facts)).toContainEqual({ of: 'groups', token: 'eu' });
  });

  test.each<[unknown, RegExp]>([
    [{}, /^The file must be a list\.$/],
    [[{ claim: '', value: 'x', policy: {} }], /^\[0\]\.claim must not be empty\.$/],
    [[{ claim: 'x', policy: {} }], /^\[0\]\.value must be a string, a number, true or false\.$/],
    [[{ claim: 'x', value: ['y'], policy: {} }], /^\[0\]\.value must be/],
    [[{ claim: 'x', value: 'y' }], /^\[0\]\.policy is missing\.$/],
    [[{ claim: 'x', value: 'y', policy: { spaces: ['a', '..'] } }], /^\[0\]\.policy\.spaces\[1\]/],
  ])('%j is refused', (file, what) => {
    const problems = (() => {
      try {
        parseOAuthPolicies(JSON.stringify(file));
      } catch (error) {
        if (error instanceof BrokenFile) return error.problems;
        throw error;
      }
      return [];
    })();
    expect(problems).toEqual([expect.stringMatching(what)]);
  });
});
