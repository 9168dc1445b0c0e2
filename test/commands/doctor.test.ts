import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { baseUrls, type Config } from '../../src/config/config.ts';
import { connect } from '../../src/connect.ts';
import { StateFolderError } from '../../src/safety/state-folder.ts';
import { type SandboxOptions, start } from '../../src/sandbox/start.ts';
import { NoAnswerError } from '../../src/segment/errors.ts';
import type { Redactor } from '../../src/text/redact.ts';
import { cursorFile, withFile } from '../support/client-files.ts';
import { type DoctorRun, doctor } from '../support/doctor-machine.ts';
import { reportSchema } from '../support/doctor-report.ts';
import { ManualClock } from '../support/manual-clock.ts';
import { temporaryHome } from '../support/setup-machine.ts';

const token = 'sgp_doNotShowThisToken1234';
const space = 'spa_shop_production';
const notFound = JSON.stringify({ errors: [{ type: 'not-found', message: 'Not found' }] });
const unauthorized = JSON.stringify({ errors: [{ type: 'unauthorized', message: 'Bad token' }] });
const limited = JSON.stringify({ errors: [{ type: 'rate-limited', message: 'Slow down' }] });
const forbidden = JSON.stringify({ errors: [{ type: 'forbidden', message: 'Forbidden' }] });

/** A stand-in for Segment, and the environment of a server that uses it. */
async function segment(options: SandboxOptions = {}) {
  const clock = new ManualClock();
  const sandbox = await start({ clock: clock.server, ...options });
  onTestFinished(() => sandbox.close());
  const environment = {
    SEGMENT_API_URL: sandbox.url,
    SEGMENT_API_TOKEN: token,
    SEGMENT_SPACE_ID: space,
  };
  return { clock, environment, url: sandbox.url };
}

/** Reaches a stand-in under another address, as if it were Segment's own. */
function instead(url: string, clock: ManualClock) {
  return (config: Config, redactor: Redactor) => {
    const target = { kind: 'live', baseUrl: url, token } as const;
    return connect({ ...config, target }, { clock, random: () => 0 }, redactor, () => {});
  };
}

/** Makes both reports, without what differs from run to run. */
async function reports(run: DoctorRun, url = 'none') {
  const plain = (text: string) => text.replaceAll(url, 'http://sandbox').replaceAll(run.home, '~');
  const [words, json] = [await doctor(run), await doctor({ ...run, json: true })];
  expect(words.code).toBe(json.code);
  expect(words.report + json.report).not.toContain(token);
  const parsed = reportSchema.parse(JSON.parse(json.report));
  expect(parsed.ok).toBe(json.code === 0);
  const notOk = parsed.checks.filter(({ status }) => status === 'fail' || status === 'warn');
  const found = notOk.map(({ id, status }) => `${id}: ${status}`);
  return { code: words.code, text: plain(words.report), json: plain(json.report), found };
}

const faultIn = (name: string, status: number, body: string): SandboxOptions => ({
  faults: ({ operation }) =>
    operation === name ? { kind: 'answer', status, body, headers: {} } : undefined,
});

test('all is well', async () => {
  const { environment, url, clock } = await segment();
  const result = await reports({ home: '/home/u', environment, clock }, url);
  expect(result.found).toEqual([]);
  expect(result.code).toBe(0);
  expect(result.text).toMatchSnapshot();
  expect(result.json).toMatchSnapshot();
});

/** A client's file that starts the server so. */
function withClientFile(entry: object): string {
  const home = temporaryHome();
  const file = join(home, '.cursor/mcp.json');
  mkdirSync(dirname(file));
  writeFileSync(file, JSON.stringify({ mcpServers: { 'segment-audiences': entry } }));
  return home;
}

describe('ten broken set-ups', () => {
  test.each<[string, () => Promise<[DoctorRun, string?]>, string[]]>([
    ['no token', async () => [{ home: '/home/u' }], ['settings: fail']],
    [
      'wrong region',
      async () => {
        const [right, wrong] = [
          await segment(),
          await segment(faultIn('get_workspace', 401, unauthorized)),
        ];
        const run: DoctorRun = {
          home: '/home/u',
          environment: { SEGMENT_API_TOKEN: token, SEGMENT_SPACE_ID: space },
          clock: right.clock,
          connect: (config, redactor) => {
            const isEu = config.target.kind === 'live' && config.target.baseUrl === baseUrls.eu;
            return instead(isEu ? right.url : wrong.url, right.clock)(config, redactor);
          },
        };
        return [run];
      },
      ['region: fail'],
    ],
    [
      'feature off',
      async () => {
        const { environment, url, clock } = await segment(faultIn('list_audiences', 404, notFound));
        return [{ home: '/home/u', environment, clock }, url];
      },
      ['audiences: fail'],
    ],
    [
      'wrong space',
      async () => {
        const { environment, url, clock } = await segment();
        const wrong = { ...environment, SEGMENT_SPACE_ID: 'spa_unknown' };
        return [{ home: '/home/u', environment: wrong, clock }, url];
      },
      ['audiences: fail'],
    ],
    [
      'proxy',
      async () => [
        {
          home: '/home/u',
          environment: {
            SEGMENT_API_TOKEN: token,
            HTTPS_PROXY: 'http://me:hidden-password@127.0.0.1:1',
          },
        },
      ],
      ['proxy: fail'],
    ],
    [
      'clock ten minutes off',
      async () => {
        const { environment, url, clock } = await segment();
        clock.jump(-10 * 60_000);
        return [{ home: '/home/u', environment, clock }, url];
      },
      ['clock: warn'],
    ],
    [
      "old Node in a client's entry",
      async () => {
        const { environment, url, clock } = await segment();
        const args = ['/opt/segment-audiences-mcp/dist/main.js'];
        const home = withClientFile({ command: '/old/bin/node', args });
        const nodeVersion = async () => 'v18.19.0';
        return [{ home, environment, clock, nodeVersion, exists: existsIn(home) }, url];
      },
      ['clients.cursor: fail'],
    ],
    [
      'read-only folder',
      async () => {
        const { environment, url, clock } = await segment();
        const run: DoctorRun = {
          home: '/home/u',
          environment: { ...environment, SEGMENT_AUDIT_LOG: '/readonly/audit.jsonl' },
          clock,
          problemWithAuditLog: () =>
            "--audit-log (SEGMENT_AUDIT_LOG) names a file that can't be written (EACCES).",
          problemWithStateFolder: () => 'of EACCES',
        };
        return [run, url];
      },
      ['audit-log: fail', 'state-folder: warn'],
    ],
    [
      "missing path in a client's file",
      async () => {
        const { environment, url, clock } = await segment();
        const args = ['/gone/segment-audiences-mcp/dist/main.js'];
        const home = withClientFile({ command: '/usr/bin/node', args });
        const exists = (path: string) => !path.startsWith('/gone') && existsIn(home)(path);
        return [{ home, environment, clock, exists }, url];
      },
      ['clients.cursor: fail'],
    ],
    [
      'no network',
      async () => {
        const environment = {
          SEGMENT_API_TOKEN: token,
          SEGMENT_API_URL: 'http://127.0.0.1:1',
          SEGMENT_SPACE_ID: space,
        };
        return [{ home: '/home/u', environment }];
      },
      ['workspace: fail'],
    ],
  ])('%s', async (_, scene, expected) => {
    const [run, url] = await scene();
    const result = await reports(run, url);
    expect(result.found).toEqual(expected);
    expect(result.code).toBe(expected.some((each) => each.endsWith('fail')) ? 1 : 0);
    expect(result.text).not.toContain('hidden-password');
    expect(result.text).toMatchSnapshot('text');
    expect(result.json).toMatchSnapshot('json');
  });
});

/** Only one client, Cursor, is there; what its entry names is, too. */
function existsIn(home: string) {
  return (path: string) => !path.startsWith(home) || path.startsWith(join(home, '.cursor'));
}

describe('Segment', () => {
  const checkOf = async (run: Omit<DoctorRun, 'home'>, id: string) => {
    const { report } = await doctor({ home: '/home/u', json: true, ...run });
    return reportSchema.parse(JSON.parse(report)).checks.find((check) => check.id === id);
  };

  test('refuses the token in both regions', async () => {
    const wrong = await segment(faultIn('get_workspace', 401, unauthorized));
    const run = {
      environment: { SEGMENT_API_TOKEN: token },
      clock: wrong.clock,
      connect: instead(wrong.url, wrong.clock),
    };
    expect(await checkOf(run, 'region')).toMatchObject({ status: 'skipped' });
    expect(await checkOf(run, 'workspace')).toMatchObject({
      status: 'fail',
      message: expect.stringContaining('does not accept the token'),
    });
  });

  test('says neither whether the space is there', async () => {
    const { environment, clock } = await segment({
      faults: ({ operation }) => {
        if (operation === 'list_audiences') return { kind: 'answer', status: 404, body: notFound };
        return operation === 'get_space' ? { kind: 'answer', status: 500, body: '' } : undefined;
      },
    });
    const found = await checkOf({ environment, clock }, 'audiences');
    expect(found?.status).toBe('fail');
    for (const cause of ['the id is wrong', 'no access to it', 'the feature is off']) {
      expect(found?.message).toContain(cause);
    }
  });

  test('gives no access to the audiences', async () => {
    const { environment, clock } = await segment(faultIn('list_audiences', 403, unauthorized));
    expect(await checkOf({ environment, clock }, 'audiences')).toMatchObject({
      status: 'fail',
      message: expect.stringContaining('HTTP 403'),
    });
  });

  test('has no quota left', async () => {
    const { environment, clock } = await segment({ limits: { list_audiences: 1 } });
    expect(await checkOf({ environment, clock }, 'quota')).toMatchObject({ status: 'warn' });
    expect(await checkOf({ environment, clock }, 'audiences')).toMatchObject({ status: 'warn' });
  });

  test('shows no edition in an empty space', async () => {
    const { environment, clock } = await segment({ seeds: { [space]: [] } });
    expect(await checkOf({ environment, clock }, 'edition')).toMatchObject({
      status: 'ok',
      message: 'Not known yet: the space has no audiences.',
    });
  });

  test('speaks another edition than is set', async () => {
    const { environment, clock } = await segment();
    const run = { environment, clock, flags: { edition: 'v1alpha' } };
    expect(await checkOf(run, 'edition')).toMatchObject({
      status: 'warn',
      message: 'Segment speaks v1, but v1alpha is set.',
    });
  });

  test('of 2024 names no workspace, which is not a failure', async () => {
    const { environment, clock } = await segment({ edition: 'v1alpha' });
    expect(await checkOf({ environment, clock }, 'workspace')).toMatchObject({ status: 'skipped' });
    expect(await checkOf({ environment, clock }, 'edition')).toMatchObject({
      message: 'Segment speaks v1alpha.',
    });
  });

  test('is not asked about audiences where no space is set', async () => {
    const { environment, clock } = await segment();
    const { SEGMENT_SPACE_ID: _, ...rest } = environment;
    expect(await checkOf({ environment: rest, clock }, 'audiences')).toMatchObject({
      status: 'skipped',
      next: expect.stringContaining('--space'),
    });
  });

  test('a token without access to the workspace is reported with what to grant', async () => {
    const { environment, clock } = await segment(faultIn('get_workspace', 403, forbidden));
    expect(await checkOf({ environment, clock }, 'workspace')).toMatchObject({
      status: 'fail',
      message: expect.stringContaining('HTTP 403'),
      next: expect.stringMatching(
        /^The token lacks access to the workspace\. Have a workspace owner/,
      ),
    });
  });

  test('a token that is refused for a time is reported with that time', async () => {
    const fault = { kind: 'answer', status: 429, body: limited } as const;
    const headers = { 'retry-after': '300' };
    const { environment, clock } = await segment({ faults: () => ({ ...fault, headers }) });
    expect(await checkOf({ environment, clock }, 'workspace')).toMatchObject({
      status: 'warn',
      next: 'Wait 300 s, and then run it again.',
    });
    expect(await checkOf({ environment, clock }, 'quota')).toMatchObject({
      status: 'skipped',
      message: 'Unknown: see the audiences check.',
    });
    expect(await checkOf({ environment, clock }, 'audiences')).toMatchObject({
      message: 'Not checked: see the workspace check.',
    });
  });
});

test('the token that set-up keeps is used where nothing else names one', async () => {
  const home = temporaryHome();
  const folder = join(home, '.local/state/segment-audiences-mcp');
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'token'), `${token}\n`);
  const { url, clock } = await segment();
  const environment = { SEGMENT_API_URL: url, SEGMENT_SPACE_ID: space };
  const run = {
    home,
    environment,
    clock,
    keptToken: (path: string) => ({ token: path === folder ? token : undefined }),
  };
  const { text, code } = await reports(run, url);
  expect(code).toBe(0);
  expect(text).toContain(
    'The token is from ~/.local/state/segment-audiences-mcp, where setup keeps it.',
  );
});

test('a token that setup keeps is not used where others can read it, and the doctor says why', async () => {
  const problem = new StateFolderError('it is open to other users', true);
  const { report } = await doctor({ home: '/home/u', keptToken: () => ({ problem }) });
  const folder = '/home/u/.local/state/segment-audiences-mcp';
  expect(report).toContain(
    `The folder in which setup keeps the token, ${folder}, can't be used because it is open to other users.`,
  );
  expect(report).toContain(`Next: Run: chmod -R go= ${folder}\n`);
});

test('an unpublished copy in a cache names no command of setup, which refuses it', async () => {
  const home = temporaryHome();
  withFile(cursorFile(home), '{"mcpServers":{"segment-audiences":{"command":["x"]}}}');
  const cached = {
    invocation: ['node', '/c/_npx/1/dist/main.js'],
    mainFile: '/c/_npx/1/dist/main.js',
  };
  const { environment, clock } = await segment(faultIn('get_workspace', 401, unauthorized));
  const problem = new StateFolderError('it is a link');
  const runs: DoctorRun[] = [
    { home: '/home/u' },
    { home, exists: existsIn(home) },
    { home, environment, clock },
    { home, environment, clock, keptToken: () => ({ token: 'sgp_keptBySetup12345678' }) },
    { home, keptToken: () => ({ problem }) },
  ];
  for (const run of runs) {
    const { report } = await doctor({ ...run, ...cached });
    expect(report).not.toContain('main.js setup');
    expect(report).toContain('This copy is in a cache that may be emptied at any time. Install it');
  }
});

test('a token in the environment that differs from the one that setup keeps is a warning', async () => {
  const { environment, url, clock } = await segment();
  const kept = 'sgp_keptBySetup12345678';
  const run = { home: '/home/u', environment, clock, keptToken: () => ({ token: kept }) };
  const { found, text, code } = await reports(run, url);
  expect({ found, code }).toEqual({ found: ['settings: warn'], code: 0 });
  expect(text).toContain('SEGMENT_API_TOKEN differs from the token that setup keeps');
  expect(text).toContain('No check failed; 1 gave a warning.');
  expect(text).not.toContain(kept);
});

test('the server is not started with a file that it could not read again', async () => {
  const home = temporaryHome();
  const pipe = join(home, 'pipe');
  writeFileSync(pipe, token);
  const run = {
    ...{ home, json: true, flags: { sandbox: true } },
    kindOf: (path: string) => (path === pipe ? ('other' as const) : undefined),
  };
  const startOf = async (more: Partial<DoctorRun>) => {
    const { report } = await doctor({ ...run, ...more });
    return reportSchema.parse(JSON.parse(report)).checks.at(-1);
  };
  const environment = { SEGMENT_API_TOKEN_FILE: pipe, SEGMENT_API_URL: 'http://127.0.0.1:1' };
  expect(await startOf({ flags: {}, environment })).toEqual({
    ...{ id: 'start', status: 'skipped' },
    message:
      'Not checked: SEGMENT_API_TOKEN_FILE does not name a regular file, so the server could not read it again.',
    next: 'To check the start, name a regular file.',
  });
  // The sandbox does not read it.
  expect(await startOf({ environment })).toMatchObject({ status: 'ok' });
});

test('checks are made at the same time', async () => {
  const { environment, clock } = await segment();
  const steps: string[] = [];
  await doctor({
    home: '/home/u',
    environment,
    clock,
    connect: (config, redactor) => {
      steps.push('Segment');
      return connect(config, { clock, random: () => 0 }, redactor, () => {});
    },
    listTools: async () => {
      steps.push('start');
      await new Promise(setImmediate);
      steps.push('started');
      return { tools: 13, tookMs: 1 };
    },
    problemWithStateFolder: () => {
      steps.push('folder');
      return undefined;
    },
  });
  expect(steps.indexOf('started')).toBe(steps.length - 1);
});

test('a check that hangs ends with its time, and all of them within ten seconds', async () => {
  const { environment, clock } = await segment();
  const startedAt = clock.monotonic();
  let ended = false;
  const running = doctor({
    home: '/home/u',
    environment,
    clock,
    json: true,
    listTools: () => new Promise(() => {}),
  }).finally(() => {
    ended = true;
  });
  while (!ended) {
    await clock.advance(100);
    await new Promise(setImmediate);
  }
  const { report, code } = await running;
  expect(code).toBe(1);
  expect(clock.monotonic() - startedAt).toBeLessThanOrEqual(10_100);
  expect(reportSchema.parse(JSON.parse(report)).checks.at(-1)).toMatchObject({
    id: 'start',
    status: 'fail',
    message: expect.stringMatching(/^No result within \d+ s\.$/),
  });
});

test.each([
  ['get_workspace', 'workspace', "Segment can't be reached: no response within 3 s."],
  ['list_audiences', 'audiences', 'Segment gave no response within 3 s.'],
])('how long %s had is reported in seconds', async (late, id, message) => {
  const { environment, clock } = await segment();
  const { report } = await doctor({
    ...{ home: '/home/u', environment, clock, json: true },
    connect(config, redactor) {
      const api = connect(config, { clock, random: () => 0 }, redactor, () => {});
      return {
        preview: (write) => api.preview(write),
        foresee: (name, spaceId, call) => api.foresee(name, spaceId, call),
        left: (name) => api.left(name),
        drain: (scope) => api.drain(scope),
        close: () => api.close(),
        async send(name, input, call) {
          if (name !== late) return api.send(name, input, call);
          await clock.advance(2939);
          const words =
            'no complete response within 2939 ms, which was all that was left of this call';
          throw new NoAnswerError('timeout', `${name}: ${words}.`, { next: 'Try again.' });
        },
      };
    },
  });
  const { checks } = reportSchema.parse(JSON.parse(report));
  expect(checks.find((check) => check.id === id)).toMatchObject({ status: 'fail', message });
});

test('a check that itself fails does not keep the others from being reported', async () => {
  const { environment, clock } = await segment();
  const { report, code } = await doctor({
    home: '/home/u',
    environment,
    clock,
    json: true,
    problemWithStateFolder: (path) => {
      if (path === undefined) return undefined;
      throw new Error(`unexpected ${token}`);
    },
  });
  const { checks } = reportSchema.parse(JSON.parse(report));
  expect(code).toBe(1);
  expect(checks.filter(({ status }) => status === 'fail')).toEqual([
    {
      id: 'state-folder',
      status: 'fail',
      message: 'This check itself failed: unexpected [redacted]',
      next: 'Report it with this output.',
    },
  ]);
  expect(checks.at(-1)).toMatchObject({ id: 'start', status: 'ok' });
});

test.each(['sgp_doNotShowThisEither1234', 'relative'])(
  'a state folder that the settings refuse, %s, is neither checked nor shown',
  async (folder) => {
    const { report } = await doctor({
      ...{ home: '/home/u', json: true, flags: { sandbox: true } },
      environment: { SEGMENT_STATE_DIR: folder },
    });
    expect(report).not.toContain(folder);
    const { checks } = reportSchema.parse(JSON.parse(report));
    expect(checks.find(({ id }) => id === 'settings')?.status).toBe('fail');
    expect(checks.find(({ id }) => id === 'state-folder')).toMatchObject({
      status: 'skipped',
      message: 'Not checked: fix the settings first.',
    });
  },
);

test('a page of a proxy in place of Segment does not show that Segment is reached', async () => {
  const { url, clock } = await segment({
    faults: () => ({ kind: 'answer', status: 200, body: '<html>Log in</html>' }),
  });
  const { report } = await doctor({
    home: '/home/u',
    json: true,
    clock,
    connect: (config, redactor) => instead(url, clock)({ ...config, proxy: undefined }, redactor),
    environment: { SEGMENT_API_TOKEN: token, HTTPS_PROXY: 'http://proxy.example:1' },
  });
  const { checks } = reportSchema.parse(JSON.parse(report));
  const found = checks.filter(({ id }) => ['proxy', 'workspace'].includes(id));
  expect(found.map(({ id, status }) => `${id}: ${status}`)).toEqual([
    'proxy: skipped',
    'workspace: fail',
  ]);
});

describe("clients' files", () => {
  const entry = { command: 'node', args: ['/opt/segment-audiences-mcp/dist/main.js'] };
  const found = async (text: string, more: Partial<DoctorRun> = {}) => {
    const home = temporaryHome();
    const file = join(home, '.cursor/mcp.json');
    mkdirSync(dirname(file));
    writeFileSync(file, text);
    const run = { home, flags: { sandbox: true }, exists: existsIn(home), json: true, ...more };
    const { report } = await doctor(run);
    const { checks } = reportSchema.parse(JSON.parse(report));
    return checks.find(({ id }) => id.startsWith('clients'));
  };
  const file = (servers: object) => JSON.stringify({ mcpServers: servers });

  test.each<[string, string, object]>([
    ['an entry that is right', file({ ours: entry }), { status: 'ok' }],
    ['other servers only', file({ x: { command: 'x' } }), { id: 'clients', status: 'skipped' }],
    [
      'our name for another program',
      file({ 'segment-audiences': { command: 'x' } }),
      { status: 'warn', message: expect.stringContaining('does not start this program') },
    ],
    [
      'our name for a clone in a folder of another name',
      file({ 'segment-audiences': { command: 'node', args: ['/home/u/clone/dist/main.js'] } }),
      { status: 'ok', message: expect.stringContaining('is correct') },
    ],
    [
      'another name for such a file',
      file({ theirs: { command: 'node', args: ['/home/u/clone/dist/main.js'] } }),
      { id: 'clients', status: 'skipped' },
    ],
    [
      'the token itself',
      file({ ours: { ...entry, env: { SEGMENT_API_TOKEN: token } } }),
      { status: 'warn', message: expect.stringContaining('contains the token itself') },
    ],
    [
      'a placeholder for it',
      file({ ours: { ...entry, env: { SEGMENT_API_TOKEN: '${TOKEN}' } } }),
      {
        status: 'skipped',
        message: expect.stringContaining('only the client can expand SEGMENT_API_TOKEN'),
      },
    ],
    [
      'a syntax error',
      '{ "mcpServers": { }',
      { status: 'warn', message: expect.stringContaining('a } is missing (line 1, column 20)') },
    ],
  ])('%s', async (_, text, expected) => {
    expect(await found(text)).toMatchObject(expected);
  });

  test('a file of the token that is gone', async () => {
    const text = file({ ours: { ...entry, env: { SEGMENT_API_TOKEN_FILE: '/gone/token' } } });
    const exists = (path: string) => path !== '/gone/token' && path.includes('cursor');
    const main = '/opt/segment-audiences-mcp/dist/main.js';
    const result = await found(text, { exists: (path) => path === main || exists(path) });
    expect(result).toMatchObject({
      status: 'fail',
      message: expect.stringContaining('/gone/token'),
    });
  });
});
