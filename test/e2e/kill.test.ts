import { once } from 'node:events';
import { createServer } from 'node:net';
import { describe, expect, test } from 'vitest';
import * as z from 'zod';
import { forever } from '../support/holding-server.ts';
import { isWindows } from '../support/platform.ts';
import { RawProgram } from '../support/program.ts';
import { environmentFor } from '../support/rig.ts';
import { oneIn } from '../support/runs.ts';
import {
  type Aftermath,
  endInput,
  ends,
  laterWrites,
  type Scene,
  startScene,
  terminate,
  three,
  type Write,
  writes,
} from '../support/write-scene.ts';

/*
 * A program that has to stop in the middle of a write: it ends cleanly, and what the sandbox holds
 * and what the audit log says agree. How long it waits for what is measured in test/compose.test.ts,
 * on a clock that is moved by hand.
 */

/** So that what never comes is not waited for long after stdin's end. */
const soon = ['--max-wait-ms', '200'];
/** What ends all the same ends because it is made to. */
const late = ['--max-wait-ms', '3600000'];

interface Phase {
  args?: (operation: string) => string[];
  /** Brings the write into the phase and ends the program there. */
  reach(scene: Scene): Promise<void> | void;
  expected: Pick<Aftermath, 'there' | 'outcomes' | 'sent'> & Partial<Pick<Aftermath, 'heard'>>;
}

const done = {
  there: true,
  outcomes: ['done'],
  sent: 1,
  heard: 'done',
} satisfies Phase['expected'];

const answeredLate = 'it is sent, and the answer comes when it is stopping: it is recorded';
const phases: Record<string, Phase> = {
  'it waits for quota': {
    args: (operation) => ['--rate-limits', `${operation}=1`, ...late],
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
  'it is sent, and the answer does not come': {
    args: () => soon,
    reach(scene) {
      whenWriting(scene, () => forever);
      scene.call();
    },
    expected: { there: true, outcomes: ['unknown'], sent: 1, heard: expect.any(String) },
  },
  'it was just answered': {
    reach({ call, end, server }) {
      server.afterResponse = ({ method }) => {
        if (method !== 'GET') end();
      };
      call();
    },
    expected: done,
  },
  [answeredLate]: {
    reach(scene) {
      whenWriting(scene, () => scene.program.logged('"stopping"'));
      scene.call();
    },
    expected: { there: true, outcomes: [expect.any(String)], sent: 1 },
  },
};

/** Ends the program when a write has taken effect, and then holds the response. */
function whenWriting({ server, end }: Scene, hold: () => Promise<void>): void {
  server.beforeResponse = ({ method }) => {
    if (method === 'GET') return;
    end();
    return hold();
  };
}

function assertAgreed({ there, outcomes }: Aftermath): void {
  const last = outcomes.at(-1);
  if (there) expect(last).toMatch(/^(done|unknown)$/);
  else expect(last ?? 'not_done').toMatch(/^(not_done|unknown)$/);
}

const allPhases = Object.entries(phases);
type Row = [name: string, write: Write, tried: typeof allPhases];
const rowOf = (...row: Row): Row => row;
/**
 * By default each write of 2024 is ended in every second phase in each way, and in the others in the other
 * way; each later one in every fourth phase, and the next one in others.
 */
const rowsOf = (way: number) => [
  ...Object.entries(writes).map(([name, write], index) =>
    rowOf(name, write, oneIn(2, allPhases, index + way)),
  ),
  ...Object.entries(laterWrites).map(([name, write], index) =>
    rowOf(name, write, oneIn(4, allPhases, index + 2 * way)),
  ),
];
/** At stdin's end stdin-end.test.ts tries this with every write, and expects more of it. */
const isTriedThere = (end: (typeof ends)[string], phase: string) =>
  end === endInput && phase === answeredLate;
const waysToEnd = Object.entries(ends).map(([name, end], way) => {
  const rows = rowsOf(way).map(([title, write, tried]) =>
    rowOf(
      title,
      write,
      tried.filter(([phase]) => !isTriedThere(end, phase)),
    ),
  );
  return [name, end, rows.filter(([, , tried]) => tried.length > 0)] as const;
});

describe.concurrent.each(waysToEnd)('%s', (_, end, all) => {
  describe.each(all)('in the middle of the write %s', (__, write, tried) => {
    test.each(tried)('while %s', async (___, phase) => {
      await using scene = await startScene(write, end, phase.args?.(write.operation));
      await phase.reach(scene);
      const aftermath = await scene.aftermath();
      assertAgreed(aftermath);
      expect(aftermath).toMatchObject({ code: 0, ...phase.expected });
    });
  });

  test('while a create whose response was lost is searched for: unknown', async () => {
    await using scene = await startScene(writes.create, end, soon);
    const { faults, call, server } = scene;
    let lost = false;
    faults(({ method }) => {
      if (method === 'GET') return undefined;
      lost = true;
      return { kind: 'drop', when: 'after' };
    });
    server.beforeRequest = () => {
      if (!lost) return;
      scene.end();
      return forever;
    };
    call();
    const aftermath = await scene.aftermath();
    expect(aftermath).toMatchObject({ code: 0, there: true, outcomes: ['unknown'], sent: 1 });
  });

  test('while a remove whose answer was lost waits to be sent again: never not_done', async () => {
    await using scene = await startScene(writes.remove, end);
    const { faults, call, program } = scene;
    faults(({ method }) => (method === 'GET' ? undefined : { kind: 'drop', when: 'after' }));
    call();
    await program.logged('"trying again"');
    scene.end();
    const aftermath = await scene.aftermath();
    assertAgreed(aftermath);
    expect(aftermath).toMatchObject({ code: 0, there: true });
    expect(aftermath.outcomes).toHaveLength(1);
  });

  test('while the audience is still being read: nothing is sent', async () => {
    await using scene = await startScene(writes.remove, end, soon);
    scene.server.beforeRequest = () => {
      scene.end();
      return forever;
    };
    scene.call();
    const aftermath = await scene.aftermath();
    assertAgreed(aftermath);
    expect(aftermath).toMatchObject({ code: 0, there: false, sent: 0 });
  });
});

interface Middle {
  args?: string[];
  reach(scene: Scene): Promise<void> | void;
  /** How many are sent at least and at most; what just then goes on may be. */
  sent: readonly [number, number];
}

/** Where a change of three is ended. */
const middles: Record<string, Middle> = {
  'the first was just answered': {
    sent: [1, 2],
    reach({ call, end, server }) {
      server.afterResponse = ({ method }) => {
        if (method !== 'GET') end();
      };
      call();
    },
  },
  'the second waits for quota': {
    sent: [1, 1],
    args: ['--rate-limits', 'update_audience_for_space=1', ...late],
    async reach({ program, call, end }) {
      call();
      await program.until(() =>
        program
          .messages()
          .find(({ method, params }) => method === 'notifications/progress' && isWait(params)),
      );
      end();
    },
  },
  'the second is sent, and the answer does not come': {
    sent: [2, 2],
    args: soon,
    reach(scene) {
      whenSecondIsWritten(scene, () => forever);
      scene.call();
    },
  },
  'the second is sent, and the answer comes when it is stopping': {
    sent: [2, 2],
    reach(scene) {
      whenSecondIsWritten(scene, () => scene.program.logged('"stopping"'));
      scene.call();
    },
  },
};

function isWait(params: unknown): boolean {
  return /is waiting for Segment's rate limit/.test(JSON.stringify(params));
}

function whenSecondIsWritten({ server, end }: Scene, hold: () => Promise<void>): void {
  let written = 0;
  server.beforeResponse = ({ method }) => {
    if (method === 'GET') return;
    written += 1;
    if (written < 2) return;
    end();
    return hold();
  };
}

/** By default every second for each way to end, and the others for the other. */
const middlesOf = (end: (typeof ends)[string]) =>
  oneIn(2, Object.entries(middles), end === endInput ? 1 : 0);

describe.concurrent.each(Object.entries(ends))('%s in the middle of a change of many', (_, end) => {
  test.each(middlesOf(end))('while %s: each line is true', async (__, middle) => {
    await using scene = await startScene(three, end, middle.args);
    await middle.reach(scene);
    const { code, sent, state, outcomeOf } = await scene.aftermath();
    expect(code).toBe(0);
    const changed = state.audiences.filter(({ enabled }) => !enabled).map(({ id }) => id);
    expect(changed).toHaveLength(sent);
    const [atLeast, atMost] = middle.sent;
    expect(sent).toBeGreaterThanOrEqual(atLeast);
    expect(sent).toBeLessThanOrEqual(atMost);
    for (const { id } of state.audiences) {
      const outcome = outcomeOf[id];
      if (changed.includes(id)) expect(outcome).toMatch(/^(done|unknown)$/);
      else expect(outcome ?? 'not_done').toBe('not_done');
    }
    expect(outcomeOf.aud_linked_0).toBe('done');
    // The third was never begun.
    expect(outcomeOf).not.toHaveProperty('aud_linked_2');
  });
});

describe.concurrent.each(Object.entries(ends))('%s before there is anything to send', (_, end) => {
  test('while the user is asked: nothing is sent', async () => {
    const args = ['--confirm', 'writes', ...late];
    await using scene = await startScene(writes.remove, end, args, { elicitation: {} });
    const { program } = scene;
    scene.call();
    await program.until(() =>
      program.messages().find(({ method }) => method === 'elicitation/create'),
    );
    scene.end();
    const aftermath = await scene.aftermath();
    expect(aftermath).toMatchObject({ code: 0, there: false, outcomes: ['not_done'], sent: 0 });
    expect(aftermath.heard).toBe('cancelled');
  });

  test('while the handshake of TLS does not end', async () => {
    const silent = createServer((socket) => socket.on('error', () => {}));
    silent.listen(0, '127.0.0.1');
    await once(silent, 'listening');
    const { port } = z.object({ port: z.number() }).parse(silent.address());
    const program = new RawProgram(soon, environmentFor(`https://127.0.0.1:${port}`, 'spa'));
    await program.initialize();
    const connected = once(silent, 'connection');
    program.callTool(1, 'create_audience', writes.create.args);
    await connected;
    end(program);
    expect(await program.exit()).toEqual({ code: 0 });
    silent.close();
  });
});

describe
  .skipIf(isWindows)
  .concurrent('made to stop twice, as by a shell and by npx (Windows has no signals)', () => {
    test.each(Object.entries(ends))(
      'a write under way is recorded: %s, then SIGTERM',
      async (_, first) => {
        await using scene = await startScene(writes.update, first);
        const { program } = scene;
        whenWriting(scene, async () => {
          await program.logged('"stopping"');
          terminate(program);
        });
        scene.call();
        const aftermath = await scene.aftermath();
        assertAgreed(aftermath);
        expect(aftermath).toMatchObject({ code: 0, there: true, sent: 1 });
        expect(aftermath.outcomes).toHaveLength(1);
      },
    );
  });

describe.concurrent('with a client that is there but reads nothing more', () => {
  test.each(Object.entries(ends))('it still ends: %s', async (_, end) => {
    const program = new RawProgram(['--sandbox', ...soon]);
    await program.initialize();
    program.child.stdout.pause();
    // More than fits between the two processes, less than keeps the program from reading on.
    for (let id = 1; id <= 12; id += 1) program.send({ id, method: 'tools/list' });
    program.callTool(13, 'check_audience_query', { query: 'x' });
    await program.logged('"tool call"');
    const exited = once(program.child, 'exit');
    end(program);
    expect(await exited).toEqual([0, null]);
  });
});
