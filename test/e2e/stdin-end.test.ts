import { spawn } from 'node:child_process';
import { text } from 'node:stream/consumers';
import { describe, expect, test } from 'vitest';
import * as z from 'zod';
import { start } from '../../src/sandbox/start.ts';
import { forever, HoldingServer } from '../support/holding-server.ts';
import { isWindows } from '../support/platform.ts';
import { mainFile, plainEnvironment, RawProgram } from '../support/program.ts';
import { environmentFor } from '../support/rig.ts';
import {
  endInput,
  laterWrites,
  startScene,
  three,
  type Write,
  writes,
} from '../support/write-scene.ts';

/*
 * After stdin's end what was asked for is still answered, as `printf … | segment-audiences-mcp` needs
 * it. test/compose.test.ts measures for how long, kill.test.ts ends writes in all their phases.
 */

const query = "event('Shoes Bought').count() >= 1";
const space = 'spa_shop_staging';
const id = 'aud_000000011';

const initialize = [
  {
    id: 'init',
    method: 'initialize',
    params: {
      protocolVersion: '2025-06-18',
      capabilities: {},
      clientInfo: { name: 'test', version: '0' },
    },
  },
  { method: 'notifications/initialized' },
];
const callOf = (number: number, name: string, args: object) => ({
  id: number,
  method: 'tools/call',
  params: { name, arguments: args },
});

const responseSchema = z.object({
  id: z.union([z.string(), z.number()]),
  result: z.looseObject({ isError: z.boolean().optional() }),
});
type Response = z.infer<typeof responseSchema>;

/** With stdin and stdout as pipes, and as files. Exits as the program does. */
const scripts = {
  pipes: 'printf %s "$INPUT" | "$0" "$@"',
  files: `
    folder=$(mktemp -d)
    printf %s "$INPUT" > "$folder/in"
    "$0" "$@" < "$folder/in" > "$folder/out"
    code=$?
    cat "$folder/out"
    rm -r "$folder"
    exit $code`,
};

/** What a shell gets that gives messages to the program and nothing after them. */
async function run(
  messages: object[],
  args: string[],
  { script = scripts.pipes, lastLineFeed = '\n' } = {},
): Promise<Response[]> {
  const lines = messages.map((message) => JSON.stringify({ jsonrpc: '2.0', ...message }));
  const child = spawn('sh', ['-c', script, process.execPath, mainFile, ...args], {
    env: plainEnvironment({ INPUT: lines.join('\n') + lastLineFeed }),
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  const code = new Promise((resolve) => child.on('close', resolve));
  const stdout = await text(child.stdout);
  expect(await code).toBe(0);
  return stdout
    .trimEnd()
    .split('\n')
    .map((line) => responseSchema.parse(JSON.parse(line)));
}

const errorsOf = (responses: Response[]) => responses.filter(({ result }) => result.isError);
const idsOf = (responses: Response[]) => responses.map((response) => response.id);

describe.skipIf(isWindows)(
  'printf … | segment-audiences-mcp (in a shell that Windows does not have)',
  () => {
    test.each(Object.entries(scripts))(
      'reads are answered, writes not yet sent are cancelled: %s',
      async (_, script) => {
        const messages = [
          ...initialize,
          callOf(1, 'list_audiences', {}),
          callOf(2, 'get_audience', { id }),
          callOf(3, 'create_audience', { name: 'Piped', query }),
          callOf(4, 'update_audience_for_space', { id: 'aud_000000012', name: 'Piped, too' }),
          callOf(5, 'check_audience_query', { query }),
          { id: 6, method: 'tools/list' },
          { id: 7, method: 'resources/read', params: { uri: 'segment://query-language' } },
        ];
        const responses = await run(
          messages,
          ['--sandbox', '--space', space, '--confirm', 'none'],
          {
            script,
          },
        );
        expect(idsOf(responses)).toEqual(expect.arrayContaining(['init', 1, 2, 3, 4, 5, 6, 7]));
        expect(responses).toHaveLength(8);
        // Whether a write was sent before the end was seen is a matter of moments.
        expect([3, 4]).toEqual(expect.arrayContaining(idsOf(errorsOf(responses))));
        for (const { result } of errorsOf(responses)) {
          expect(JSON.stringify(result)).toMatch(/cancelled before it was (?:sent|carried out)/);
        }
      },
    );

    test('so is a last line without a line feed', async () => {
      const messages = [...initialize, { id: 1, method: 'tools/list' }];
      const responses = await run(messages, ['--sandbox'], { lastLineFeed: '' });
      expect(idsOf(responses)).toEqual(['init', 1]);
    });

    test('far more answers than a pipe holds reach a reader that takes its time', async () => {
      const program = new RawProgram(['--sandbox']);
      await program.initialize();
      program.child.stdout.pause();
      const count = 200;
      for (let number = 1; number <= count; number += 1) {
        program.send({ id: number, method: 'tools/list' });
      }
      program.child.stdin.end();
      // For as long as another program takes from its start to its end.
      await run([...initialize, callOf(1, 'list_audiences', {})], ['--sandbox', '--space', space]);
      program.child.stdout.resume();
      expect((await program.exit()).code).toBe(0);
      expect(program.messages()).toHaveLength(1 + count);
    });
  },
);

/** The program in front of a sandbox, with what is between the two. */
async function startPiped() {
  const sandbox = await start({ edition: 'v1alpha' });
  const server = await HoldingServer.start(sandbox.url);
  const program = new RawProgram([], environmentFor(server.url, space));
  await program.initialize();
  return {
    program,
    server,
    async [Symbol.asyncDispose]() {
      program.child.kill('SIGKILL');
      await server[Symbol.asyncDispose]();
      await sandbox.close();
    },
  };
}

describe('after stdin has ended', () => {
  test('a read in progress is answered', async () => {
    await using piped = await startPiped();
    const { program, server } = piped;
    server.beforeResponse = () => {
      program.child.stdin.end();
      return program.logged('"stopping"');
    };
    program.callTool(1, 'get_audience', { id });
    expect((await program.answer(1)).result).not.toHaveProperty('isError');
    expect((await program.exit()).code).toBe(0);
  });

  test('a read that waits for quota is answered', async () => {
    const sandbox = await start({
      edition: 'v1alpha',
      faults: ({ number }) =>
        number === 1 ? { kind: 'rate-limit', msBeforeNext: 1000 } : undefined,
    });
    const program = new RawProgram([], environmentFor(sandbox.url, space));
    await program.initialize();
    program.callTool(1, 'get_audience', { id }, { progressToken: 1 });
    await program.until(() =>
      program.messages().find(({ method }) => method === 'notifications/progress'),
    );
    program.child.stdin.end();
    expect((await program.exit()).code).toBe(0);
    expect((await program.answer(1)).result).not.toHaveProperty('isError');
    await sandbox.close();
  });

  const all: [string, Write][] = [...Object.entries(writes), ...Object.entries(laterWrites)];
  test.each(all)('a write in progress is done and reported: %s', async (_, write) => {
    await using scene = await startScene(write, endInput);
    const { server, program, end, call } = scene;
    server.beforeResponse = ({ method }) => {
      if (method === 'GET') return;
      end();
      return program.logged('"stopping"');
    };
    call();
    expect(await scene.aftermath()).toMatchObject({
      ...{ code: 0, there: true, outcomes: ['done'], sent: 1, heard: 'done' },
    });
  });

  test('in a change of many, the one in progress is done, and the rest is reported', async () => {
    await using scene = await startScene(three, endInput);
    const { server, program, end, call } = scene;
    server.beforeResponse = ({ method, path }) => {
      if (method === 'GET' || !path.endsWith('aud_linked_1')) return;
      end();
      return program.logged('"stopping"');
    };
    call();
    const { outcomeOf, ...aftermath } = await scene.aftermath();
    expect(aftermath).toMatchObject({ code: 0, sent: 2, heard: 'done' });
    expect(outcomeOf).toEqual({ aud_linked_0: 'done', aud_linked_1: 'done' });
    expect(scene.result()).toMatchObject({
      counts: { done: 2, not_tried: 1 },
      results: [{ outcome: 'done' }, { outcome: 'done' }, { outcome: 'not_tried' }],
      continuation: expect.any(String),
    });
  });

  test.skipIf(isWindows)(
    'a signal ends what is still waited for (Windows has no signals)',
    async () => {
      await using piped = await startPiped();
      const { program, server } = piped;
      server.beforeResponse = () => {
        program.child.stdin.end();
        return forever;
      };
      program.callTool(1, 'get_audience', { id });
      await program.logged('"stopping"');
      program.child.kill('SIGTERM');
      expect((await program.exit()).code).toBe(0);
      expect(program.stderr).toContain('"stopping at once","reason":"SIGTERM"');
    },
  );

  test('so does a client that closes our stdout', async () => {
    await using piped = await startPiped();
    const { program, server } = piped;
    server.beforeResponse = async ({ path }) => {
      program.child.stdin.end();
      await program.logged('"stopping"');
      program.child.stdout.destroy();
      if (path.endsWith('/never')) await forever;
    };
    program.callTool(1, 'get_audience', { id: 'never' });
    program.callTool(2, 'get_audience', { id });
    expect((await program.exit()).code).toBe(0);
    expect(program.stderr).toContain('"stopping at once","reason":"stdout closed"');
  });
});
