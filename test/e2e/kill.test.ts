import { once } from 'node:events';
import { createServer } from 'node:net';
import { describe, expect, test, vi } from 'vitest';
import * as z from 'zod';
import { RawProgram } from '../support/program.ts';
import { environmentFor } from '../support/rig.ts';
import { type Aftermath, ends, type Scene, startScene, writes } from '../support/write-scene.ts';

/*
 * A program that is told to stop in the middle of a write: it ends soon and cleanly, and what the
 * sandbox holds and what the audit log says agree.
 */

/** The server gives requests under way 600 ms; the rest is for a busy machine. */
const soonMs = 1500;
const [withinGraceMs, beyondGraceMs] = [200, 60_000];

interface Phase {
  args?: (tool: string) => string[];
  /** Brings the write into the phase and ends the program there. */
  reach(scene: Scene): Promise<void> | void;
  expected: Pick<Aftermath, 'there' | 'outcomes' | 'sent' | 'heard'>;
}

const done = {
  there: true,
  outcomes: ['done'],
  sent: 1,
  heard: 'done',
} satisfies Phase['expected'];

const phases: Record<string, Phase> = {
  'it waits for quota': {
    args: (tool) => ['--rate-limits', `${tool}=1`, '--max-wait-ms', '90000'],
    async reach({ program, write, call, end }) {
      program.callTool(1, write.tool, write.another);
      await program.answer(1);
      call();
      await program.until(() =>
        program.messages().find(({ method }) => method === 'notifications/progress'),
      );
      end();
    },
    expected: { there: false, outcomes: ['done', 'not_done'], sent: 1, heard: 'cancelled' },
  },
  'it waits for a connection': {
    async reach(scene) {
      await occupyAllConnections(scene);
      scene.end();
    },
    expected: { there: false, outcomes: ['not_done'], sent: 0, heard: undefined },
  },
  'it is sent, and the answer comes too late': {
    reach: ({ call, end, faults }) => {
      faults(whenWriting(end, beyondGraceMs));
      call();
    },
    expected: { there: true, outcomes: ['unknown'], sent: 1, heard: undefined },
  },
  'it is sent, and the answer comes soon': {
    reach: ({ call, end, faults }) => {
      faults(whenWriting(end, withinGraceMs));
      call();
    },
    expected: done,
  },
  'it was just answered': {
    reach: ({ call, end, onAnswer }) => {
      onAnswer(end);
      call();
    },
    expected: done,
  },
};

/** Ends the program when a write has taken effect, and lets the answer take its time. */
function whenWriting(end: () => void, ms: number): Parameters<Scene['faults']>[0] {
  return ({ method }) => {
    if (method === 'GET') return undefined;
    // By then the sandbox has taken it in.
    setImmediate(end);
    return { kind: 'latency', ms };
  };
}

/**
 * Keeps all eight connections of the program's pool busy with slow reads, the last of them from the
 * moment on at which the write has read what it needs, so that only the write itself has to wait.
 */
async function occupyAllConnections({ program, call, faults, aboutToSend }: Scene): Promise<void> {
  let slow = 0;
  faults(({ id, method }) => {
    if (id?.startsWith('aud_slow')) {
      slow += 1;
      return { kind: 'latency', ms: beyondGraceMs };
    }
    if (method !== 'GET') return undefined;
    program.callTool(8, 'get_audience', { id: 'aud_slow_8' });
    // Long enough for the eighth to queue up before the write does.
    return { kind: 'latency', ms: 300 };
  });
  for (let number = 1; number <= 7; number += 1) {
    program.callTool(number, 'get_audience', { id: `aud_slow_${number}` });
  }
  await vi.waitUntil(() => slow === 7, { interval: 5, timeout: 10_000 });
  call();
  await aboutToSend();
  await vi.waitUntil(() => slow === 8, { interval: 5, timeout: 10_000 });
  program.send({ id: 'ping', method: 'ping' });
  await program.answer('ping');
}

function assertAgreed({ there, outcomes }: Aftermath): void {
  const last = outcomes.at(-1);
  if (there) expect(last).toMatch(/^(done|unknown)$/);
  else expect(last ?? 'not_done').toMatch(/^(not_done|unknown)$/);
}

describe.concurrent.each(Object.entries(ends))('%s', (_, end) => {
  describe.each(Object.entries(writes))('in the middle of the write %s', (_, write) => {
    test.each(Object.entries(phases))('while %s', async (_, phase) => {
      await using scene = await startScene(write, end, phase.args?.(write.tool));
      await phase.reach(scene);
      const aftermath = await scene.aftermath();
      assertAgreed(aftermath);
      expect(aftermath).toMatchObject({ code: 0, ...phase.expected });
      expect(aftermath.tookMs).toBeLessThan(soonMs);
    });
  });

  test('while a create whose answer was lost is looked for: unknown', async () => {
    await using scene = await startScene(writes.create, end);
    const { faults, call } = scene;
    let lost = false;
    faults(({ method }) => {
      if (method !== 'GET') {
        lost = true;
        return { kind: 'drop', when: 'after' };
      }
      if (!lost) return undefined;
      scene.end();
      return { kind: 'latency', ms: beyondGraceMs };
    });
    call();
    const aftermath = await scene.aftermath();
    expect(aftermath).toMatchObject({ code: 0, there: true, outcomes: ['unknown'], sent: 1 });
    expect(aftermath.tookMs).toBeLessThan(soonMs);
  });

  test('while a remove whose answer was lost waits to be sent again: never not_done', async () => {
    await using scene = await startScene(writes.remove, end);
    const { faults, call, onAnswer } = scene;
    faults(({ method }) => (method === 'GET' ? undefined : { kind: 'drop', when: 'after' }));
    onAnswer(() => scene.end());
    call();
    const aftermath = await scene.aftermath();
    assertAgreed(aftermath);
    expect(aftermath).toMatchObject({ code: 0, there: true });
    expect(aftermath.outcomes).toHaveLength(1);
    expect(aftermath.tookMs).toBeLessThan(soonMs);
  });

  test('while the audience is still read: nothing is sent', async () => {
    await using scene = await startScene(writes.remove, end);
    scene.faults(() => {
      scene.end();
      return { kind: 'latency', ms: beyondGraceMs };
    });
    scene.call();
    const aftermath = await scene.aftermath();
    assertAgreed(aftermath);
    expect(aftermath).toMatchObject({ code: 0, there: false, sent: 0 });
    expect(aftermath.tookMs).toBeLessThan(soonMs);
  });
});

describe.concurrent.each(Object.entries(ends))('%s before there is anything to send', (_, end) => {
  test('while the user is asked: nothing is sent', async () => {
    const args = ['--confirm', 'writes'];
    await using scene = await startScene(writes.remove, end, args, { elicitation: {} });
    const { program } = scene;
    scene.call();
    await program.until(() =>
      program.messages().find(({ method }) => method === 'elicitation/create'),
    );
    scene.end();
    const aftermath = await scene.aftermath();
    assertAgreed(aftermath);
    expect(aftermath).toMatchObject({ code: 0, there: false, sent: 0 });
    expect(aftermath.tookMs).toBeLessThan(soonMs);
  });

  test('while the handshake of TLS does not end', async () => {
    const silent = createServer((socket) => socket.on('error', () => {}));
    silent.listen(0, '127.0.0.1');
    await once(silent, 'listening');
    const { port } = z.object({ port: z.number() }).parse(silent.address());
    const program = new RawProgram([], environmentFor(`https://127.0.0.1:${port}`, 'spa'));
    await program.initialize();
    program.callTool(1, 'create_audience', writes.create.args);
    await once(silent, 'connection');
    const exited = program.exit();
    end(program);
    const { code, tookMs } = await exited;
    expect(code).toBe(0);
    expect(tookMs).toBeLessThan(soonMs);
    silent.close();
  });
});

describe.concurrent('told to stop twice, as by a shell and by npx', () => {
  const twice = {
    'stdin EOF, then SIGTERM': [ends['stdin EOF'], ends.SIGTERM],
    'SIGTERM, then SIGTERM': [ends.SIGTERM, ends.SIGTERM],
  };
  test.each(Object.entries(twice))(
    'a write under way is recorded: %s',
    async (_, [once, again]) => {
      await using scene = await startScene(writes.update, (program) => {
        once?.(program);
        // When the first has been seen: the program says so on stderr.
        void vi
          .waitUntil(() => program.stderr.includes('"stopping"'), { interval: 5, timeout: 10_000 })
          .then(() => again?.(program));
      });
      scene.faults(whenWriting(scene.end, withinGraceMs));
      scene.call();
      const aftermath = await scene.aftermath();
      expect(aftermath).toMatchObject({ code: 0, ...done });
    },
  );
});

describe.concurrent('with a client that is there but reads nothing more', () => {
  test.each(Object.entries(ends))('it ends all the same: %s', async (_, end) => {
    const program = new RawProgram(['--sandbox']);
    await program.initialize();
    program.child.stdout.pause();
    // Far more than fits between the two processes.
    for (let id = 1; id <= 100; id += 1) program.send({ id, method: 'tools/list' });
    program.callTool(101, 'check_audience_query', { query: 'x' });
    await vi.waitUntil(() => program.stderr.includes('"tool call"'), { timeout: 10_000 });
    const giveUp = setTimeout(() => program.child.kill('SIGKILL'), 4000);
    const exited = once(program.child, 'exit');
    const from = performance.now();
    end(program);
    expect(await exited).toEqual([0, null]);
    expect(performance.now() - from).toBeLessThan(soonMs);
    clearTimeout(giveUp);
  });
});
