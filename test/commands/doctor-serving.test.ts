import { chmodSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import * as z from 'zod';
import { formatKeysFile, hashOfKey, type KeyEntry, newKey } from '../../src/access/keys-file.ts';
import { parseCommand } from '../../src/cli.ts';
import { type Clock, systemClock } from '../../src/clock.ts';
import { pingRedis } from '../../src/commands/doctor/redis-ping.ts';
import { ConfigError } from '../../src/config/config.ts';
import { start } from '../../src/sandbox/start.ts';
import { startAuthorizationServer } from '../support/authorization-server.ts';
import { type DoctorRun, doctor } from '../support/doctor-machine.ts';
import { listen } from '../support/listen.ts';
import { ManualClock } from '../support/manual-clock.ts';
import { onRedis, RedisServer } from '../support/redis.ts';
import { startReplica } from '../support/replica.ts';
import { temporaryHome } from '../support/setup-machine.ts';

/* What the doctor finds out about a server over HTTP: before it starts, and while it runs. */

const token = 'sgp_doNotShowThisToken1234';
const space = 'spa_shop_staging';
const key = newKey(() => new Uint8Array(32).fill(7));
const password = 'doNotShowThisPassword';
const secret = Buffer.alloc(32, 1).toString('base64');

async function segment() {
  const clock = new ManualClock();
  const sandbox = await start({ clock: clock.server });
  onTestFinished(() => sandbox.close());
  return { clock, url: sandbox.url };
}

/** Runs the doctor twice, for people and for programs, and gives what does not differ between runs. */
async function report(run: DoctorRun, names: Readonly<Record<string, string>> = {}) {
  const [words, json] = [await doctor(run), await doctor({ ...run, json: true })];
  expect(words.code).toBe(json.code);
  for (const each of [token, key, password]) {
    expect(words.report + json.report).not.toContain(each);
  }
  let text = words.report.replaceAll(run.home, '~').replaceAll(/in \d+ ms/g, 'in 1 ms');
  for (const [name, value] of Object.entries(names)) text = text.replaceAll(value, name);
  return { code: words.code, text };
}

/** Nothing is there. */
const unreachable = async () => {
  const cause = Object.assign(new Error('refused'), { code: 'ECONNREFUSED' });
  throw new TypeError('fetch failed', { cause });
};

const entry = (id: string, more: Partial<KeyEntry> = {}): KeyEntry => ({
  id,
  hash: hashOfKey(id),
  owner: id,
  createdAt: '2025-01-01T00:00:00Z',
  policy: {},
  ...more,
});

function withFile(home: string, name: string, content: object | string, mode = 0o600): string {
  const file = join(home, name);
  writeFileSync(file, typeof content === 'string' ? content : JSON.stringify(content));
  chmodSync(file, mode);
  return file;
}

const keysIn = (home: string, keys: readonly KeyEntry[], mode?: number) =>
  withFile(home, 'keys.json', formatKeysFile(keys), mode);

describe('before it starts', () => {
  test('with keys and Redis, all is well', async () => {
    const { clock, url } = await segment();
    const home = temporaryHome();
    const result = await report(
      {
        home,
        clock,
        flags: {
          http: '0.0.0.0:8080',
          'public-url': 'https://mcp.example.com',
          auth: 'keys',
          space,
        },
        environment: {
          SEGMENT_API_URL: url,
          SEGMENT_API_TOKEN: token,
          SEGMENT_MCP_SECRET: secret,
          SEGMENT_MCP_KEYS: keysIn(home, [
            entry('ann'),
            entry('bob', { expiresAt: '2020-01-01T00:00:00Z' }),
          ]),
          SEGMENT_MCP_REDIS: `redis://:${password}@redis.example.com`,
        },
      },
      { SANDBOX: url },
    );
    expect(result.text).toMatchSnapshot();
    expect(result.code).toBe(0);
  });

  test.each([
    ['stdout', 'It goes to stdout.'],
    ['/logs/{replica}/audit.jsonl', '/logs/mcp-1/audit.jsonl is writable.'],
  ])('the audit log may be %s', async (file, words) => {
    const { clock, url } = await segment();
    const { text } = await report({
      home: temporaryHome(),
      clock,
      flags: { http: '0', replica: 'mcp-1', 'audit-log': file, space },
      environment: { SEGMENT_API_URL: url, SEGMENT_API_TOKEN: token },
      problemWithAuditLog: () => undefined,
    });
    expect(text).toContain(words);
  });

  test('with OAuth and several workspaces, all is well', async () => {
    const { url } = await segment();
    const home = temporaryHome();
    const { server: issuer, close } = await startAuthorizationServer();
    onTestFinished(close);
    const flags = {
      http: '0.0.0.0:8080',
      'public-url': 'https://mcp.example.com',
      auth: 'oauth',
      space,
      'oauth-issuer': issuer.issuer,
      'oauth-policies': withFile(home, 'policies.json', [
        { claim: 'groups', value: 'marketing', policy: { token: 'shop' } },
      ]),
      tokens: withFile(home, 'tokens.json', {
        version: 1,
        tokens: { shop: { token, apiUrl: url } },
      }),
    };
    // The issuer's clock is the real one.
    const environment = { SEGMENT_MCP_SECRET: secret };
    const run = { home, clock: systemClock, flags, environment };
    const result = await report(run, { SANDBOX: url, ISSUER: issuer.issuer });
    expect(result.text).toMatchSnapshot();
    expect(result.code).toBe(0);
  });

  test('whatever is wrong is named, with what to do', async () => {
    const { clock, url } = await segment();
    const home = temporaryHome();
    const flags = {
      http: '0.0.0.0:8080',
      'public-url': 'https://mcp.example.com',
      auth: 'oauth',
      space,
      'oauth-issuer': 'https://login.example.com',
      'oauth-policies': withFile(home, 'policies.json', [{ claim: 'groups', policy: {} }]),
      tokens: withFile(home, 'tokens.json', '{ "version": 1,'),
    };
    const run: DoctorRun = {
      home,
      clock,
      flags,
      environment: { SEGMENT_MCP_SECRET: secret, SEGMENT_MCP_REDIS: 'redis://redis.example.com' },
      pingRedis: async () => ({ problem: 'connect ECONNREFUSED.' }),
      fetch: unreachable,
    };
    const result = await report(run, { SANDBOX: url });
    expect(result.text).toMatchSnapshot();
    expect(result.code).toBe(1);
  });

  test('what is odd is a warning', async () => {
    const { clock, url } = await segment();
    const home = temporaryHome();
    const keys = keysIn(home, [entry('ann', { policy: { token: 'europe' } })], 0o666);
    const run: DoctorRun = {
      home,
      clock,
      flags: { http: '127.0.0.1:8080', auth: 'keys', keys, space },
      environment: {
        SEGMENT_API_URL: url,
        SEGMENT_API_TOKEN: token,
        SEGMENT_MCP_SECRET: secret,
        SEGMENT_MCP_REDIS: 'redis://redis.example.com',
      },
      pingRedis: async () => ({ ms: 80, skewMs: -90_000 }),
    };
    const result = await report(run, { SANDBOX: url });
    expect(result.text).toMatchSnapshot();
    expect(result.code).toBe(0);
  });

  test('a file that is not there, keys that are all expired, a slow Redis', async () => {
    const { clock, url } = await segment();
    const home = temporaryHome();
    const environment = { SEGMENT_API_URL: url, SEGMENT_API_TOKEN: token };
    const run = async (keys: string, more: Partial<DoctorRun> = {}) => {
      const flags = { http: '127.0.0.1:8080', auth: 'keys', keys, space };
      return (await report({ home, clock, flags, environment, ...more })).text;
    };
    expect(await run(join(home, 'none.json'))).toContain("The file can't be read (ENOENT)");
    const expired = keysIn(home, [entry('ann', { expiresAt: '2020-01-01T00:00:00Z' })]);
    expect(await run(expired)).toContain('Nobody is let in: add a key with keys add.');
    const slow = { SEGMENT_MCP_REDIS: 'redis://r', SEGMENT_MCP_SECRET: secret };
    const text = await run(expired, {
      environment: { ...environment, ...slow },
      pingRedis: async () => ({ ms: 80, skewMs: 0 }),
    });
    expect(text).toContain('Move Redis closer');
  });
});

describe(`Redis${onRedis.note}`, () => {
  test.skipIf(onRedis.isSkipped)('answers, or says why not, without its password', async () => {
    const redis = await RedisServer.start(password);
    onTestFinished(() => redis.close());
    expect(await pingRedis(redis.url, systemClock)).toEqual({
      ms: expect.any(Number),
      skewMs: expect.any(Number),
    });
    const wrong = await pingRedis(redis.url.replace(password, `${password}2`), systemClock);
    expect(wrong).toEqual({ problem: expect.stringMatching(/\.$/) });
    expect(JSON.stringify(wrong)).not.toContain(password);
  });
});

const listeningSchema = z.object({ message: z.literal('listening'), port: z.number() });

/** A server whose keys are in a file, and what the doctor needs to look at it. */
async function running(flags: Record<string, string> = {}, clock: Clock = systemClock) {
  const { url } = await segment();
  const home = temporaryHome();
  const keys = keysIn(home, [entry('ann', { hash: hashOfKey(key) })]);
  const login = flags.auth === undefined ? { auth: 'keys', keys } : {};
  const replica = await startReplica({
    clock,
    flags: { space, ...login, ...flags },
    environment: { SEGMENT_API_URL: url, SEGMENT_API_TOKEN: token },
  });
  onTestFinished(() => replica.stop());
  const { port } = listeningSchema.parse(JSON.parse(replica.log.at(-1) ?? ''));
  const origin = `http://127.0.0.1:${port}`;
  const run = (more: Partial<DoctorRun> = {}): DoctorRun => ({
    home,
    clock: systemClock,
    server: { url: origin, keyVariable: 'KEY' },
    environment: { KEY: key },
    ...more,
  });
  return { replica, run, names: { SERVER: origin } };
}

describe('a running server', () => {
  test('is well', async () => {
    const { run, names } = await running();
    const result = await report(run(), names);
    expect(result.text).toMatchSnapshot();
    expect(result.code).toBe(0);
  });

  test('is not there', async () => {
    const server = { url: 'https://mcp.example.com', keyVariable: undefined };
    const run = { home: '/home/u', clock: systemClock, server, fetch: unreachable };
    const result = await report(run);
    expect(result.text).toMatchSnapshot();
    expect(result.code).toBe(1);
  });

  test.each<[string, Partial<DoctorRun>, string]>([
    ['without a key', { server: undefined }, 'Name the variable that holds one'],
    ['with a variable that is not set', { environment: {} }, 'The variable KEY is not set.'],
    ['with a wrong key', { environment: { KEY: `${key}x` } }, 'does not accept the key in KEY'],
  ])('%s', async (_, given, expected) => {
    const { replica, run } = await running();
    const server = { url: replica.origin, keyVariable: undefined };
    const more = 'server' in given ? { server } : given;
    expect((await report(run(more))).text).toContain(expected);
  });

  test('that lets everybody in', async () => {
    const { run, replica } = await running({ auth: 'none' });
    const server = { url: replica.origin, keyVariable: undefined };
    const { text, code } = await report(run({ server }));
    expect(text).toContain('Everybody on this machine is let in.');
    expect(code).toBe(0);
  });

  test('that stops', async () => {
    const { run, replica } = await running({ 'drain-wait-ms': '600000' });
    let hurry = () => {};
    void replica.stop(
      new Promise<void>((resolve) => {
        hurry = resolve;
      }),
    );
    const { text, code } = await report(run());
    hurry();
    expect(text).toContain('The server is not ready: This server is stopping.');
    expect(code).toBe(1);
  });

  test('that logs in with OAuth, and is reached under another URL than its public one', async () => {
    const { server: issuer, close } = await startAuthorizationServer();
    onTestFinished(close);
    const { run, names } = await running({
      auth: 'oauth',
      'public-url': 'https://mcp.example.com',
      'allowed-hosts': '127.0.0.1',
      'oauth-issuer': issuer.issuer,
    });
    // It fetches the issuer's keys first.
    while ((await fetch(`${names.SERVER}/readyz`)).status !== 200);
    const result = await report(run(), { ...names, ISSUER: issuer.issuer });
    expect(result.text).toMatchSnapshot();
    expect(result.code).toBe(1);
  });

  test('that is something else, whose clock is wrong', async () => {
    const url = await listen((_, response) => {
      response.setHeader('date', new Date(0).toUTCString());
      response.end('hello');
    });
    const server = { url, keyVariable: undefined };
    const result = await report({ home: '/home/u', clock: systemClock, server }, { SERVER: url });
    expect(result.text.replace(/is \d+ minutes/, 'is 1 minutes')).toMatchSnapshot();
    expect(result.code).toBe(1);
  });
});

describe('the command line', () => {
  test('tells a running server from an address to listen on', () => {
    const url = 'https://mcp.example.com';
    expect(parseCommand(['doctor', '--http', url, '--key-env', 'KEY'])).toEqual({
      kind: 'doctor',
      flags: {},
      json: false,
      server: { url, keyVariable: 'KEY' },
    });
    expect(parseCommand(['doctor', '--http', '8080', '--auth', 'keys'])).toEqual({
      kind: 'doctor',
      flags: { http: '8080', auth: 'keys' },
      json: false,
      server: undefined,
    });
    expect(() => parseCommand(['doctor', '--key-env', 'KEY'])).toThrow('requires --http URL');
  });

  test.each([
    [{ url: 'http://mcp.example.com', keyVariable: undefined }, 'https'],
    [{ url: 'https://mcp.example.com', keyVariable: key }, 'not the key'],
  ])('%j is refused', async (server, problem) => {
    const checking = doctor({ home: '/home/u', server });
    await expect(checking).rejects.toThrow(ConfigError);
    await expect(checking).rejects.toThrow(problem);
  });

  test('settings of a server to be started are refused', async () => {
    const server = { url: 'https://mcp.example.com', keyVariable: undefined };
    const checking = doctor({ home: '/home/u', server, flags: { space } });
    await expect(checking).rejects.toThrow('--space is for a server to be started');
  });
});
