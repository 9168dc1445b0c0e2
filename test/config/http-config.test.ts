import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { parseCommand } from '../../src/cli.ts';
import {
  type Config,
  ConfigError,
  type Environment,
  readConfig,
  secretsOf,
  withToken,
} from '../../src/config/config.ts';
import type { HttpMachine } from '../../src/config/http-config.ts';
import { httpSettingList } from '../../src/config/http-settings.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const token = 'a-token-for-tests';
const secret = Buffer.alloc(32, 7).toString('base64');

const machine: HttpMachine = { hostname: 'box-1', problemWithStateFolder: () => undefined };

interface Outcome {
  config: Config | undefined;
  problems: readonly string[];
  warnings: readonly string[];
}

/** Starts with a command line, as the program does. */
function start(line: readonly string[], environment: Environment = {}, on = machine): Outcome {
  const warnings: string[] = [];
  try {
    const command = parseCommand(line);
    if (command.kind !== 'serve') throw new Error('it does not serve');
    const config = readConfig(
      command.flags,
      { SEGMENT_API_TOKEN: token, ...environment },
      command.problems,
      (sentence) => warnings.push(sentence),
      command.isNamed && on,
      true,
    );
    return { config, problems: [], warnings };
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    return { config: undefined, problems: error.problems, warnings };
  }
}

const http = (line: readonly string[], environment: Environment = {}, on = machine) =>
  start(['serve', '--http', ...line], environment, on);

/** What everybody needs who serves others. */
const open = [
  '0.0.0.0:8080',
  '--public-url',
  'https://mcp.example.com',
  '--auth',
  'keys',
  '--keys',
  'k',
];

describe('the command serve', () => {
  test('alone is the same as no command', () => {
    const { config } = start(['serve', '--space', 'spa_1']);
    expect(config).toEqual(start(['--space', 'spa_1']).config);
    expect(config?.http).toBeUndefined();
  });

  test('with an address, everything else has a default', () => {
    expect(http(['8080'])).toMatchObject({ problems: [], warnings: [] });
    expect(http(['8080']).config?.http).toEqual({
      listen: { host: '127.0.0.1', port: 8080 },
      publicUrl: undefined,
      allowedHosts: ['localhost', '127.0.0.1', '[::1]'],
      allowedOrigins: [],
      allowsLoopbackOrigins: true,
      auth: { kind: 'none' },
      tokensFile: undefined,
      redisUrl: undefined,
      metrics: undefined,
      drainWaitMs: 5000,
      graceMs: 25_000,
      replica: 'box-1',
    });
  });

  test('reads every setting from the environment', () => {
    const { config, problems, warnings } = start(['serve'], {
      SEGMENT_MCP_HTTP: '0.0.0.0:8080',
      SEGMENT_MCP_PUBLIC_URL: 'https://mcp.example.com/',
      SEGMENT_MCP_ALLOWED_HOSTS: 'MCP.example.com, mcp.example.com:8443,::1',
      SEGMENT_MCP_ALLOWED_ORIGINS: 'https://App.example.com,http://localhost:6274/',
      SEGMENT_MCP_AUTH: 'oauth',
      SEGMENT_MCP_OAUTH_ISSUER: 'https://login.example.com/tenant/',
      SEGMENT_MCP_OAUTH_AUDIENCE: 'api://segment',
      SEGMENT_MCP_OAUTH_JWKS: 'https://login.example.com/keys?p=flow',
      SEGMENT_MCP_OAUTH_POLICIES: 'policies.json',
      SEGMENT_MCP_REDIS: 'rediss://:pass%40word@redis:6380/1',
      SEGMENT_MCP_SECRET: secret,
      SEGMENT_MCP_METRICS: '0.0.0.0:9090',
      SEGMENT_MCP_DRAIN_WAIT_MS: '0',
      SEGMENT_MCP_GRACE_MS: '1',
      SEGMENT_MCP_REPLICA: 'two',
    });
    expect({ problems, warnings }).toEqual({ problems: [], warnings: [] });
    expect(config?.http).toEqual({
      listen: { host: '0.0.0.0', port: 8080 },
      publicUrl: 'https://mcp.example.com',
      allowedHosts: ['mcp.example.com', 'mcp.example.com:8443', '[::1]'],
      allowedOrigins: ['https://app.example.com', 'http://localhost:6274'],
      allowsLoopbackOrigins: false,
      auth: {
        kind: 'oauth',
        issuer: 'https://login.example.com/tenant/',
        audience: 'api://segment',
        jwks: 'https://login.example.com/keys?p=flow',
        policiesFile: 'policies.json',
      },
      tokensFile: undefined,
      redisUrl: 'rediss://:pass%40word@redis:6380/1',
      metrics: { host: '0.0.0.0', port: 9090 },
      drainWaitMs: 0,
      graceMs: 1,
      replica: 'two',
    });
    expect(config && secretsOf(config)).toEqual(
      expect.arrayContaining(['pass%40word', 'pass@word']),
    );
  });

  test('a flag of it is explained where the word is missing', () => {
    expect(start(['--http', '8080']).problems).toEqual([
      '--http needs the command serve: write segment-audiences-mcp serve --http ….',
    ]);
  });
});

describe('without --http', () => {
  test.each(['--public-url', '--auth', '--keys', '--redis', '--grace-ms'])(
    'the flag %s stops the start',
    (flag) => {
      const { problems } = start(['serve', flag, 'x']);
      expect(problems).toEqual([expect.stringMatching(`^${flag} requires --http: `)]);
    },
  );

  test.each(['', '${ADDRESS}'])('the flag --http with %j stops the start', (text) => {
    expect(start(['serve', '--http', text, '--auth', 'keys']).problems).toEqual([
      '--http needs an address: --http [HOST:]PORT.',
    ]);
  });

  test.each([[['serve']], [[]]])('%j: a variable is ignored, with a warning', (line) => {
    expect(start(line, { SEGMENT_MCP_KEYS: 'k', SEGMENT_MCP_GRACE_MS: 'soon' })).toMatchObject({
      problems: [],
      warnings: [
        'SEGMENT_MCP_KEYS has no effect: it is for "serve --http".',
        'SEGMENT_MCP_GRACE_MS has no effect: it is for "serve --http".',
      ],
    });
  });

  test('the variable of the address is for the command serve only', () => {
    const { config, warnings } = start([], { SEGMENT_MCP_HTTP: '8080' });
    expect(config?.http).toBeUndefined();
    expect(warnings).toEqual(['SEGMENT_MCP_HTTP has no effect: it is for "serve --http".']);
  });

  test.each(httpSettingList.filter(({ restricts }) => restricts))(
    'a placeholder in $env stops the start anyway',
    ({ env }) => {
      expect(start([], { [env]: '${X}' }).problems).toEqual([
        expect.stringMatching(`^${env} holds a placeholder`),
      ]);
    },
  );
});

describe('the address', () => {
  test.each([
    ['8080', '127.0.0.1', 8080],
    ['0', '127.0.0.1', 0],
    ['localhost:1', 'localhost', 1],
    ['127.1:80', '127.0.0.1', 80],
    ['[::1]:8080', '::1', 8080],
    ['[0:0:0:0:0:0:0:1]:65535', '::1', 65_535],
  ])('%s is read', (text, host, port) => {
    expect(http([text]).config?.http?.listen).toEqual({ host, port });
  });

  test.each([
    [':8080', /names no host/],
    ['localhost', /must be \[HOST:\]PORT/],
    ['::1:8080', /brackets/],
    ['1:2:3', /brackets/],
    ['65536', /port from 0 to 65535/],
    ['host:65536', /port from 0 to 65535/],
    ['http://127.0.0.1:8080', /host name/],
    ['-host:80', /host name/],
    ['999.1.1.1:80', /host name/],
    ['host:80/mcp', /must be \[HOST:\]PORT/],
    ['*:80', /host name/],
  ])('%s is refused', (text, what) => {
    expect(http([text]).problems).toEqual([expect.stringMatching(what)]);
    expect(http(['1', '--metrics', text]).problems).toEqual([expect.stringMatching(what)]);
  });

  test('metrics have a port of their own', () => {
    expect(http(['1', '--metrics', '1']).problems).toEqual([
      expect.stringMatching(/port of its own/),
    ]);
    expect(http(['0', '--metrics', '0']).problems).toEqual([]);
  });
});

test('serving HTTP needs a token, also where stdin and stdout would not', () => {
  const without = { SEGMENT_API_TOKEN: '', SEGMENT_START_WITHOUT_TOKEN: '1' };
  expect(http(['0'], without).problems).toEqual([expect.stringMatching(/^No token: /)]);
  expect(start(['serve'], without).config?.target).toEqual({ kind: 'none' });
});

describe('serving others than this machine', () => {
  test('takes auth and names', () => {
    expect(http(['0.0.0.0:1']).problems).toEqual([
      expect.stringMatching(/set --public-url .* or --allowed-hosts/),
      expect.stringMatching(/set --auth .* to keys or oauth/),
    ]);
    expect(http(open)).toMatchObject({
      problems: [],
      config: { http: { allowedHosts: ['mcp.example.com'], auth: { kind: 'keys', file: 'k' } } },
    });
  });

  test.each([
    [['0.0.0.0:1', '--allowed-hosts', 'localhost']],
    [['10.0.0.1:1', '--allowed-hosts', 'localhost']],
    [['[::]:1', '--allowed-hosts', 'localhost']],
    [['[::ffff:127.0.0.1]:1', '--allowed-hosts', 'localhost']],
    [['box:1', '--allowed-hosts', 'localhost']],
    [['localhost.example:1', '--allowed-hosts', 'localhost']],
    [['127.0.0.1.example:1', '--allowed-hosts', 'localhost']],
    [['1', '--allowed-hosts', 'box.example']],
    [['1', '--public-url', 'https://mcp.example.com']],
  ])('%j is never without a login', (line) => {
    for (const auth of [[], ['--auth', 'none']]) {
      expect(http([...line, ...auth]).problems).toEqual([
        expect.stringMatching(/set --auth \(SEGMENT_MCP_AUTH\) to keys or oauth/),
      ]);
    }
  });

  test.each([
    ['127.0.0.1:1', '--public-url', 'http://localhost:1'],
    ['[::1]:1', '--allowed-hosts', '[::1]:1,127.9.9.9'],
  ])('%s %s %s is this machine', (...line) => {
    expect(http(line).problems).toEqual([]);
  });

  test('behind a proxy on this machine, both names are allowed', () => {
    const { config } = http(['1', ...open.slice(1)]);
    expect(config?.http?.allowedHosts).toContain('mcp.example.com');
    expect(config?.http?.allowedHosts).toContain('127.0.0.1');
  });

  test.each(['*', '*.example.com', 'https://x.example', 'x.example/mcp', 'x:y'])(
    'the host %s is refused',
    (name) => {
      expect(http([...open, '--allowed-hosts', `a.example,${name}`]).problems).toEqual([
        expect.stringMatching(/^--allowed-hosts must be host names/),
      ]);
    },
  );

  test.each(['*', 'null', 'https://x.example/app', 'http://x.example', 'x.example'])(
    'the origin %s is refused',
    (origin) => {
      const { problems } = http([...open, '--allowed-origins', `https://a.example,${origin}`]);
      expect(problems).not.toEqual([]);
      for (const problem of problems) expect(problem).toMatch(/^--allowed-origins /);
    },
  );

  test.each(['http://mcp.example.com', 'https://mcp.example.com/mcp', 'mcp.example.com'])(
    'the public URL %s is refused',
    (url) => {
      const { problems } = http(['1', '--public-url', url]);
      expect(problems).toEqual([expect.stringMatching(/^--public-url must /)]);
    },
  );
});

describe('the login', () => {
  test.each([
    [['--auth', 'keys'], /^--auth keys requires --keys/],
    [['--keys', 'k'], /^--keys .*is set, but lets nobody in: set --auth keys/],
    [['--oauth-policies', 'p'], /set --auth oauth/],
    [['--auth', 'keys', '--keys', 'k', '--oauth-issuer', 'https://x.example'], /set --auth oauth/],
    [['--auth', 'oauth', '--public-url', 'http://localhost'], /requires --oauth-issuer/],
    [['--auth', 'oauth', '--oauth-issuer', 'https://x.example'], /requires --public-url/],
    [['--auth', 'password'], /must be none, keys or oauth/],
  ])('%j is refused', (line, what) => {
    expect(http(['1', ...line]).problems).toEqual([expect.stringMatching(what)]);
  });

  test('by OAuth is for the endpoint, unless another audience is set', () => {
    const line = ['1', '--auth', 'oauth', '--oauth-issuer', 'https://x.example'];
    expect(http([...line, '--public-url', 'http://localhost:1']).config?.http?.auth).toMatchObject({
      issuer: 'https://x.example',
      audience: 'http://localhost:1/mcp',
    });
  });

  test('a value that is wrong is reported once', () => {
    expect(http(['1', '--auth', 'keys', '--keys', '']).problems).toEqual([
      expect.stringMatching(/^--keys is empty/),
    ]);
  });

  test.each([
    ['--auth', 'keys', '--auth', 'none'],
    ['--keys', 'a', '--keys', 'b'],
    ['--allowed-hosts', 'a', '--allowed-hosts', 'b'],
  ])('given twice with different values: %s %s %s %s', (...words) => {
    const found = http(['1', ...words]).problems.join();
    expect(found).toMatch(/given more than once, .*is a restriction/);
  });
});

describe('named tokens', () => {
  const none = { SEGMENT_API_TOKEN: undefined };

  test('need no other token', () => {
    const { config, problems } = http(['1', '--tokens', 't'], none);
    expect(problems).toEqual([]);
    expect(config).toMatchObject({ target: { kind: 'tokens' }, http: { tokensFile: 't' } });
  });

  test.each([
    [[], { SEGMENT_API_TOKEN: token }, /SEGMENT_API_TOKEN are mutually exclusive/],
    [[], { SEGMENT_API_TOKEN_FILE: '/t' }, /SEGMENT_API_TOKEN_FILE are mutually exclusive/],
    [['--sandbox'], {}, /--sandbox .* are mutually exclusive/],
    [['--region', 'eu'], {}, /--region has no effect/],
    [['--api-url', 'https://x.example'], {}, /--api-url has no effect/],
  ])('exclude %j and %j', (line, environment, what) => {
    const { problems } = http(['1', '--tokens', 't', ...line], { ...none, ...environment });
    expect(problems).toEqual([expect.stringMatching(what)]);
  });

  test('do not count without --http', () => {
    const { problems } = start(['serve'], { ...none, SEGMENT_MCP_TOKENS: 't' });
    expect(problems).toEqual([expect.stringMatching(/^No token/)]);
  });

  test('each gives a configuration with its own address and proxy', () => {
    const { config } = http(['1', '--tokens', 't', '--edition', 'v1'], none);
    if (!config) throw new Error('it does not start');
    const environment = { HTTPS_PROXY: 'http://proxy.example:3128' };
    const given = { token, baseUrl: 'https://api.example', edition: undefined };
    const warn = () => {};
    expect(withToken(config, given, environment, warn)).toMatchObject({
      target: { kind: 'live', baseUrl: 'https://api.example', token },
      proxy: { url: 'http://proxy.example:3128' },
      edition: 'v1',
    });
    expect(withToken(config, { ...given, edition: 'v1alpha' }, {}, warn).edition).toBe('v1alpha');
  });
});

describe('keys that replicas share', () => {
  const noFolder: HttpMachine = { ...machine, problemWithStateFolder: () => 'of EROFS' };
  const required = /^SEGMENT_MCP_SECRET or SEGMENT_MCP_SECRET_FILE is required/;

  test('are required with Redis', () => {
    const line = ['1', '--redis', 'redis://redis'];
    expect(http(line).problems).toEqual([expect.stringMatching(required)]);
    expect(http(line, { SEGMENT_MCP_SECRET: secret }).problems).toEqual([]);
    expect(http(line, { SEGMENT_MCP_SECRET: 'short' }).problems).toEqual([
      expect.stringMatching(/^SEGMENT_MCP_SECRET must be/),
    ]);
  });

  test('are required where others are served and no key can be kept', () => {
    expect(http(open, {}, noFolder).problems).toEqual([
      expect.stringMatching(/required because there is no state folder .*\(of EROFS\)/),
    ]);
    expect(http(open, { SEGMENT_MCP_SECRET: secret }, noFolder).problems).toEqual([]);
    expect(http(['1'], {}, noFolder).problems).toEqual([]);
  });
});

describe('Redis', () => {
  const environment = { SEGMENT_MCP_SECRET: secret };

  test.each(['redis://:secret-1@redis', 'rediss://user:secret-1@redis:6380/2'])(
    'a password in %s is refused on the command line, and accepted elsewhere',
    (url) => {
      const { problems } = http(['1', '--redis', url], environment);
      expect(problems).toEqual([expect.stringMatching(/^--redis must have no password/)]);
      expect(problems.join()).not.toContain('secret-1');
      const given = http(['1'], { ...environment, SEGMENT_MCP_REDIS: url });
      expect(given.config?.http?.redisUrl).toBe(url);
      const file = join(temporaryFolder('redis'), 'url');
      writeFileSync(file, `${url}\n`);
      const kept = http(['1'], { ...environment, SEGMENT_MCP_REDIS_FILE: file });
      expect(kept.config?.http?.redisUrl).toBe(url);
      expect(kept.config && secretsOf(kept.config)).toContain('secret-1');
    },
  );

  test.each([
    'redis',
    'http://redis',
    'redis://',
    'redis://redis/?password=x',
    'redis://redis/name',
    'redis://redis#x',
  ])('%s is refused', (url) => {
    expect(http(['1', '--redis', url], environment).problems).toEqual([
      expect.stringMatching(/^--redis must /),
    ]);
  });

  test('two of them are refused', () => {
    const both = { SEGMENT_MCP_REDIS: 'redis://a', SEGMENT_MCP_REDIS_FILE: '/x' };
    expect(http(['1'], { ...environment, ...both }).problems).toEqual([
      expect.stringMatching(/both set/),
    ]);
  });
});

test.each([
  ['Ann’s Mac.local', 'Ann-s-Mac.local'],
  ['_box', 'rbox'],
  ['', 'replica'],
  ['x'.repeat(80), 'x'.repeat(63)],
])('the host %j has the name %j', (hostname, name) => {
  expect(http(['1'], {}, { ...machine, hostname }).config?.http?.replica).toBe(name);
});

test.each(['..', 'a/b', '-x', 'x'.repeat(64)])('the replica %j is refused', (name) => {
  expect(http(['1', `--replica=${name}`]).problems).toEqual([
    expect.stringMatching(/^--replica must /),
  ]);
});

test.each([
  ['SEGMENT_MCP_ALLOWED_HOST', 'SEGMENT_MCP_ALLOWED_HOSTS'],
  ['SEGMENT_ALLOWED_ORIGINS', 'SEGMENT_MCP_ALLOWED_ORIGINS'],
  ['SEGMENT_MCP_OAUTH_POLICY', 'SEGMENT_MCP_OAUTH_POLICIES'],
])('%s is nearly %s: it stops a server for HTTP', (name, meant) => {
  expect(http(['1'], { [name]: 'x' }).problems).toEqual([
    expect.stringContaining(`${name} is not a setting: did you mean ${meant}?`),
  ]);
  expect(start([], { [name]: 'x' }).problems).toEqual([]);
});

describe('the audit log', () => {
  const folder = mkdtempSync(join(tmpdir(), 'http-audit-'));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  const auditLog = (line: readonly string[], environment: Environment = {}) => {
    const { config, problems } = http(line, environment);
    return { file: config?.auditLog, problems };
  };

  test('can be a file of each replica', () => {
    const line = ['0', '--audit-log', join(folder, '{replica}', 'audit-{replica}.jsonl')];
    mkdirSync(join(folder, 'mcp-2'));
    expect(auditLog([...line, '--replica', 'mcp-2'])).toEqual({
      file: join(folder, 'mcp-2', 'audit-mcp-2.jsonl'),
      problems: [],
    });
  });

  test('is checked under the name that it gets', () => {
    const line = [
      '0',
      '--audit-log',
      join(folder, '{replica}', 'audit.jsonl'),
      '--replica',
      'gone',
    ];
    expect(auditLog(line).problems).toEqual([expect.stringMatching(/ENOENT/)]);
  });

  test('can be stdout, from the environment, too', () => {
    expect(auditLog(['0', '--audit-log', 'stdout'])).toEqual({ file: 'stdout', problems: [] });
    expect(auditLog(['0'], { SEGMENT_AUDIT_LOG: 'stdout' })).toEqual({
      file: 'stdout',
      problems: [],
    });
  });

  test.each([
    [['serve', '--audit-log', 'stdout'], {}, /can be stdout with --http only/],
    [['--audit-log', 'stdout'], {}, /can be stdout with --http only/],
    [[], { SEGMENT_AUDIT_LOG: 'stdout' }, /can be stdout with --http only/],
    [['serve', '--audit-log', 'audit-{replica}.jsonl'], {}, /\{replica\} with --http only/],
    [[], { SEGMENT_AUDIT_LOG: 'audit-{replica}.jsonl' }, /\{replica\} with --http only/],
  ])('is neither over stdio: %j %o', (line, environment, problem) => {
    expect(start(line, environment).problems).toEqual([expect.stringMatching(problem)]);
  });

  test('can be a file of that name over stdio', () => {
    expect(start(['--audit-log', './stdout']).config?.auditLog).toBe('./stdout');
  });
});
