import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { start } from '../../src/sandbox/start.ts';
import { version } from '../../src/version.ts';
import { HoldingServer } from '../support/holding-server.ts';
import { isWindows } from '../support/platform.ts';
import { RawProgram } from '../support/program.ts';
import { environmentFor, neverMs } from '../support/rig.ts';

/*
 * How the program starts, what it writes where, and how it ends.
 */

const query = "event('Shoes Bought').count() >= 1";
/** The small space, for which the sandbox computes next to nothing. */
const space = 'spa_shop_staging';
const inSmallSpace = ['--sandbox', '--space', space];

describe('without a server', () => {
  test.each([['--help'], ['--version']])('%s works with nothing configured', async (flag) => {
    const program = new RawProgram([flag]);
    expect((await program.exit()).code).toBe(0);
    expect(program.stdout).toContain(flag === '--version' ? version : 'SEGMENT_API_TOKEN');
    expect(program.stderr).toBe('');
  });

  test('all wrong settings are reported on stderr, with exit code 2 and nothing on stdout', async () => {
    const program = new RawProgram(['--region', 'asia', '--timeout-ms', 'x']);
    expect((await program.exit()).code).toBe(2);
    expect(program.stdout).toBe('');
    expect(program.stderr).toMatch(/--region.*\n.*|--timeout-ms/);
    for (const word of ['--region', '--timeout-ms', 'SEGMENT_API_TOKEN', '--sandbox']) {
      expect(program.stderr).toContain(word);
    }
  });
});

describe('settings that are ignored', () => {
  test('are reported on stderr, a line each, and the program serves', async () => {
    const program = new RawProgram(['--sandbox'], {
      LOG_LEVEL: 'loud',
      SEGMENT_SPACE_ID: '${SPACE}',
    });
    await program.initialize();
    program.child.stdin.end();
    expect((await program.exit()).code).toBe(0);
    const lines = program.stderr.split('\n').filter((line) => line.includes('setting ignored'));
    expect(lines).toHaveLength(2);
    expect(lines.join()).toMatch(/SEGMENT_SPACE_ID.*LOG_LEVEL/);
  });

  test.each(['error', 'debug'])('are also reported with LOG_LEVEL=%s', async (level) => {
    const program = new RawProgram(['--sandbox'], {
      LOG_LEVEL: level,
      SEGMENT_ALLOWED_SPACES: '',
    });
    await program.initialize();
    program.child.stdin.end();
    expect((await program.exit()).code).toBe(0);
    expect(program.stderr).toContain(
      'setting ignored: SEGMENT_ALLOWED_SPACES is empty, so it is treated as not set and restricts nothing.\n',
    );
  });

  test('-h and -V are help and version', async () => {
    const [asked, told] = [new RawProgram(['-h']), new RawProgram(['-V'])];
    expect((await asked.exit()).code).toBe(0);
    expect(asked.stdout).toContain('Usage:');
    expect((await told.exit()).code).toBe(0);
    expect(told.stdout).toBe(`${version}\n`);
  });
});

describe('stdout', () => {
  test('carries nothing but the protocol, whatever comes in', async () => {
    const program = new RawProgram([...inSmallSpace, '--log-level', 'debug']);
    await program.initialize();
    program.child.stdin.write('this is not JSON\n{"jsonrpc":"2.0"}\n[]\n');
    program.send({ id: 1, method: 'tools/list' });
    program.callTool(2, 'list_audiences', {});
    program.callTool(3, 'get_audience', { id: 'no-such' });
    program.send({ id: 4, method: 'no/such/method' });
    await Promise.all([1, 2, 3, 4].map((id) => program.answer(id)));
    program.child.stdin.end();
    await program.exit();
    expect(program.messages().map(({ id }) => id)).toEqual(
      expect.arrayContaining(['init', 1, 2, 3, 4]),
    );
    expect(program.stdout.endsWith('\n')).toBe(true);
  });

  test('a stray byte on it would be noticed', async () => {
    const program = new RawProgram(['--sandbox']);
    await program.initialize();
    program.stdout += 'stray';
    expect(() => program.messages()).toThrow();
    program.child.kill();
  });
});

describe('stderr', () => {
  test('carries JSON lines', async () => {
    const program = new RawProgram([...inSmallSpace, '--log-level', 'debug']);
    await program.initialize();
    program.callTool(1, 'list_audiences', {});
    await program.answer(1);
    program.child.stdin.end();
    await program.exit();
    const lines = program.stderr
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(lines.map(({ message }) => message)).toEqual(
      expect.arrayContaining(['serving', 'tool call', 'stopping']),
    );
  });
});

describe('the end', () => {
  const signals = ['SIGTERM', 'SIGINT', 'SIGHUP', 'SIGQUIT', 'SIGALRM'] as const;

  test.each(['the end of stdin', ...(isWindows ? [] : signals)] as const)(
    'comes with exit code 0: %s (signals not on Windows, which ends a process at once)',
    async (how) => {
      const program = new RawProgram(inSmallSpace);
      await program.initialize();
      program.callTool(1, 'list_audiences', {});
      await program.answer(1);
      if (how === 'the end of stdin') program.child.stdin.end();
      else program.child.kill(how);
      expect((await program.exit()).code).toBe(0);
      expect(program.stderr).toContain('"message":"stopping"');
    },
  );

  test.skipIf(isWindows)(
    'comes at a signal also while a call hangs and another waits (Windows has no signals)',
    async () => {
      const sandbox = await start({
        edition: 'v1alpha',
        limits: { create_audience: 1 },
        faults: ({ operation }) =>
          operation === 'get_audience' ? { kind: 'latency', ms: neverMs } : undefined,
      });
      const program = new RawProgram(
        ['--max-wait-ms', '90000'],
        environmentFor(sandbox.url, space),
      );
      await program.initialize();
      program.callTool(1, 'create_audience', { name: 'One', query });
      await program.answer(1);
      program.callTool(2, 'create_audience', { name: 'Two', query }, { progressToken: 2 });
      program.callTool(3, 'get_audience', { id: 'aud_x' });
      await program.until(() =>
        program.messages().find(({ method }) => method === 'notifications/progress'),
      );
      program.child.kill('SIGTERM');
      expect((await program.exit()).code).toBe(0);
      await sandbox.close();
    },
  );

  test('a client that closes our stdout while calls are under way: they end in order', async () => {
    const sandbox = await start({ edition: 'v1alpha' });
    await using server = await HoldingServer.start(sandbox.url);
    const program = new RawProgram([], environmentFor(server.url, space));
    server.beforeResponse = ({ method }) =>
      method === 'GET' ? undefined : program.logged('"stopping","reason":"stdout closed"');
    await program.initialize();
    program.callTool(1, 'create_audience', { name: 'Hung up', query });
    program.callTool(2, 'create_audience', { name: 'Hung up, too', query });
    program.child.stdout.destroy();
    for (const id of [3, 4, 5]) program.callTool(id, 'get_audience', { id: 'aud_000000011' });
    const { code } = await program.exit();
    expect(code).toBe(0);
    expect(program.stderr).not.toContain('crashed');
    expect(
      program.stderr.match(/"message":"tool call(?: failed)?","tool":"create_audience"/g),
    ).toHaveLength(2);
    await sandbox.close();
  });

  test('a message that is too long is refused, and the next one is answered', async () => {
    const program = new RawProgram(['--sandbox']);
    await program.initialize();
    program.send({ id: 1, method: 'ping', params: { _meta: { long: 'x'.repeat(11_000_000) } } });
    program.send({ id: 2, method: 'ping' });
    await program.answer(2);
    expect(program.messages()).toMatchObject([
      { id: 'init' },
      { id: 1, error: { code: -32_600 } },
      { id: 2, result: {} },
    ]);
    expect(program.stderr).toMatch(/message ignored, it is too long/);
    program.child.kill();
  });

  test('a client that reads nothing is not read from, until it reads again', async () => {
    const program = new RawProgram(['--sandbox']);
    await program.initialize();
    program.child.stdout.pause();
    const _meta = { padding: 'x'.repeat(5000) };
    const count = 300;
    let written = 0;
    // What a pipe holds is full as soon as the program stops reading.
    for (let id = 1; id <= count; id += 1) {
      const request = { jsonrpc: '2.0', id, method: 'tools/list', params: { _meta } };
      program.child.stdin.write(`${JSON.stringify(request)}\n`, () => {
        written += 1;
      });
    }
    const other = new RawProgram(['--sandbox']);
    await other.initialize();
    other.child.kill();
    expect(written).toBeLessThan(count);
    program.child.stdout.resume();
    await program.until(() => written === count || undefined);
    program.send({ id: 'end', method: 'ping' });
    await program.answer('end');
    expect(program.messages()).toHaveLength(1 + count + 1);
    program.child.kill();
  });
});

describe('the sandbox command', () => {
  test.skipIf(isWindows)(
    'prints where it is and what to set, and stops on SIGTERM (Windows has none)',
    async () => {
      const program = new RawProgram(['sandbox', '--port', '0']);
      const url = await program.until(() => /http:\/\/127\.0\.0\.1:\d+/.exec(program.stdout)?.[0]);
      await program.until(() => program.stdout.includes('Ctrl-C') || undefined);
      expect(program.stdout).toContain(`SEGMENT_API_URL=${url}`);
      expect(program.stdout).toContain('spa_shop_production');
      expect(program.stdout).toContain('spa_shop_staging');
      expect((await fetch(`${url}/spaces/spa_shop_production/audiences`)).status).toBe(401);
      program.child.kill('SIGTERM');
      expect((await program.exit()).code).toBe(0);
    },
  );

  test('says so when its port is taken', async () => {
    const sandbox = await start({ edition: 'v1alpha' });
    const program = new RawProgram(['sandbox', '--port', new URL(sandbox.url).port]);
    expect((await program.exit()).code).toBe(2);
    expect(program.stderr).toMatch(/EADDRINUSE/);
    await sandbox.close();
  });
});

test('the build names no path of the machine it was made on', () => {
  const files = readdirSync('dist').filter((file) => file.endsWith('.js'));
  expect(files).toEqual(expect.arrayContaining(['main.js', 'program.js']));
  for (const file of files) {
    expect(readFileSync(`dist/${file}`, 'utf8')).not.toContain(process.cwd());
  }
});
