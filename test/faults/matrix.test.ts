import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import * as z from 'zod';
import { type SandboxEdition, start } from '../../src/sandbox/start.ts';
import { operationNames } from '../../src/segment/editions/editions.ts';
import { type Composed, startComposed } from '../support/composed.ts';
import { FaultyServer } from '../support/faulty-server.ts';
import { callTool } from '../support/in-memory.ts';
import { ManualClock } from '../support/manual-clock.ts';
import { PassingTime } from '../support/passing-time.ts';
import { headersOf, rawRequest } from '../support/raw-http.ts';
import { oneIn } from '../support/runs.ts';
import { sharedPeople } from '../support/shared-people.ts';
import { spellingsOf } from '../support/spellings.ts';
import { type Expected, type Kind, redirects, rows } from './rows.ts';
import { seed, space, type Target, targets } from './targets.ts';

/*
 * Every fault, done to the request of every tool: how the call ends, how often the request was sent,
 * what the audit log says, that the next call works, and that the token is in nothing that the
 * program wrote.
 */

/** Looks different in a URL, in HTML and in base64. */
const token = 'sgp_faults+matrix/secret&more=';
const timeoutMs = 5000;
/** For quota and retries; the program's own default. */
const maxWaitMs = 45_000;

const clock = new ManualClock();
const time = new PassingTime(clock);
const folder = mkdtempSync(join(tmpdir(), 'faults-'));
const plenty = Object.fromEntries(operationNames.map((name) => [name, 999_999]));
/** A sandbox behind a server at which faults can be aimed. */
async function startStand(edition: SandboxEdition) {
  const sandbox = await start({
    clock,
    people: sharedPeople,
    limits: plenty,
    ...(edition === 'v1' ? { edition, seed } : { edition }),
  });
  const server = await FaultyServer.start(sandbox.url, clock);
  server.onHold = () => time.isWaitedFor(timeoutMs);
  return { sandbox, server };
}
const stands = { v1alpha: await startStand('v1alpha'), v1: await startStand('v1') };
const serverOf = ({ edition }: Target) => stands[edition ?? 'v1alpha'].server;

/** Where redirects lead; nothing may ever come here. */
let strangers = 0;
const elsewhere = createServer((socket) => {
  strangers += 1;
  socket.destroy();
}).listen(0, 'localhost');
await once(elsewhere, 'listening');
const { port } = z.object({ port: z.number() }).parse(elsewhere.address());

afterAll(async () => {
  for (const { server, sandbox } of Object.values(stands)) {
    await server[Symbol.asyncDispose]();
    await sandbox.close();
  }
  elsewhere.close();
  rmSync(folder, { recursive: true });
});

/** Starts a new sandbox, and does what a target needs to be there, past the server and its faults. */
async function prepare({ edition, before }: Target): Promise<void> {
  const { sandbox } = stands[edition ?? 'v1alpha'];
  sandbox.reset();
  if (!before) return;
  for (const body of before.bodies) {
    const path = `/spaces/${space}${before.path}`;
    const headers = headersOf(edition ?? 'v1alpha');
    const { status } = await rawRequest(sandbox.url, 'POST', path, { body, headers });
    expect(status).toBe(200);
  }
  await clock.advance(3000);
}

let programs = 0;

/** The program, of which all that leaves it is looked through when the cell is over. */
async function startProgram(
  target: Target,
  apiUrl = `http://${serverOf(target).host}`,
): Promise<Composed> {
  await prepare(target);
  programs += 1;
  const flags = {
    'api-url': apiUrl,
    edition: target.edition ?? 'auto',
    space,
    confirm: 'none',
    toolsets: 'all',
    'log-level': 'debug',
    'timeout-ms': String(timeoutMs),
    'max-wait-ms': String(maxWaitMs),
    'rate-limits': Object.entries(plenty)
      .map(([name, limit]) => `${name}=${limit}`)
      .join(','),
    'audit-log': join(folder, `${programs}.jsonl`),
  };
  const program = await startComposed(flags, { SEGMENT_API_TOKEN: token }, { clock, time });
  const stop = program[Symbol.asyncDispose];
  program[Symbol.asyncDispose] = async () => {
    await stop();
    const written = [...program.log, ...program.sent, program.audit()].join('\n');
    expect(spellingsOf(token).filter((spelling) => written.includes(spelling))).toEqual([]);
  };
  return program;
}

const callThroughTime = (program: Composed, { tool, args, waits }: Target, nth: 0 | 1) => {
  const onprogress = ({ message }: { message?: string }) => {
    if (waits && message === waits.message) time.isWaitedFor(waits.ms);
  };
  const options = waits ? { onprogress } : undefined;
  return time.until(callTool(program.client, tool, { ...args[nth] }, options));
};

/** The lists of which smaller pages are read if a page is too large. */
const isReadInPages = (operation: string) =>
  operation === 'list_audiences' || operation === 'list_computed_traits';

const auditSchema = z.object({ tool: z.string(), operation: z.string(), outcome: z.string() });

/** Calls the tool, and holds how that ends against what is expected. */
async function expectEnd(program: Composed, target: Target, { code, outcome }: Expected) {
  const { error } = await callThroughTime(program, target, 0);
  expect(error?.code ?? 'success').toBe(code);
  if (error) expect(error.next.length).toBeGreaterThan(20);
  const lines = program.audit().split('\n').filter(Boolean);
  const isRecorded = target.kind !== 'read' && !target.isUnrecorded;
  const writes = isRecorded ? [{ tool: target.tool, operation: target.operation, outcome }] : [];
  const recorded = lines
    .map((line) => auditSchema.parse(JSON.parse(line)))
    .filter((line) => line.outcome !== 'started');
  expect(recorded).toEqual(writes);
}

async function expectNextWorks(program: Composed, target: Target) {
  const { error } = await callThroughTime(program, target, 1);
  expect(error).toBeUndefined();
}

/** What the workspace turned out to lack is not asked for again. */
async function expectNextAsksNothing(program: Composed, target: Target, code: Expected['code']) {
  const { error } = await callThroughTime(program, target, 1);
  expect(error?.code ?? 'success').toBe(code);
  expect(serverOf(target).count(target.operation)).toBe(0);
}

/** Nothing is sent while the gate is closed. */
async function expectClosedFor(program: Composed, target: Target, closedMs: number) {
  if (closedMs > maxWaitMs) {
    const { error } = await callThroughTime(program, target, 1);
    expect(error).toMatchObject({ code: 'rate_limited', retryAfterMs: closedMs });
    expect(serverOf(target).count(target.operation)).toBe(0);
  }
  await clock.advance(closedMs);
}

test('every operation is hit through some tool', () => {
  const hit = new Set<string>(targets.map(({ operation }) => operation));
  // No tool sends these: they are of the doctor, whose test has their faults.
  const ofDoctor = ['get_workspace', 'get_space'];
  expect(operationNames.filter((name) => !hit.has(name))).toEqual(ofDoctor);
});

const all = [...rows, ...redirects(`http://localhost:${port}`)];

/** The kinds of tools that each fault meets. */
const met = new Map<string, Set<Kind>>();

describe.each(targets)('$tool: $operation', (target) => {
  const { operation, kind, readsFirst, looksBy, looksAfterLoss, alongside, lack, canDoWithout } =
    target;
  const server = serverOf(target);
  const without = canDoWithout ? ({ code: 'success' } as const) : {};
  // By default each fault meets one or two tools of every kind; with ten times as much it meets all.
  const sameKind = targets.filter((each) => each.kind === kind);
  const shift = sameKind.indexOf(target);
  const step = Math.min(sameKind.length, 10);

  const cells = all.map((row) => {
    const ofLists = isReadInPages(operation) ? row.ofLists?.always : undefined;
    const lacking = lack?.rows.includes(row.name) ? ({ code: 'unsupported' } as const) : {};
    const usual = ofLists ?? row.expected[kind];
    const expected = { ...usual, ...lacking, ...without, ...target.ends?.[row.name] };
    const { code, requests } = expected;
    return [row.name, code, requests, { ...row, expected }] as const;
  });
  const tried = oneIn(step, cells, shift);
  for (const [name] of tried) met.set(name, (met.get(name) ?? new Set()).add(kind));

  test.each(tried)(
    '%s: %s after %i requests, and the next call works',
    async (_, code, requests, { name, fault, closedMs, expected }) => {
      server.aim({ operation, fault, times: Number.POSITIVE_INFINITY, applied: false });
      await using program = await startProgram(target);
      await expectEnd(program, target, expected);
      expect(server.count(operation)).toBe(requests);

      server.aim(undefined);
      if (lack?.isRemembered && lack.rows.includes(name)) {
        return await expectNextAsksNothing(program, target, code);
      }
      if (closedMs !== undefined) await expectClosedFor(program, target, closedMs);
      await expectNextWorks(program, target);
      expect(server.count(operation)).toBe(1);
      expect(strangers).toBe(0);
    },
  );

  const losing = rows.flatMap((row) =>
    row.once
      ? [
          [
            row.name,
            row.fault,
            (isReadInPages(operation) ? row.ofLists?.once : undefined) ?? row.once[kind],
          ] as const,
        ]
      : [],
  );
  test.each(oneIn(step, losing, shift))(
    '%s, once and after it took effect',
    async (_, fault, usual) => {
      // The tool looks for an audience whose creation was not answered, and finds it.
      const found: Expected = { code: 'success', requests: 1, outcome: 'done' };
      const expected = looksAfterLoss ? found : { ...usual, ...without };
      server.aim({ operation, fault, times: 1, applied: true });
      await using program = await startProgram(target);
      await expectEnd(program, target, expected);
      expect(server.count(operation)).toBe(expected.requests);
      await expectNextWorks(program, target);
    },
  );

  const closing = rows.flatMap(({ name, fault, closedMs = 0 }) =>
    closedMs > 0 && closedMs < maxWaitMs ? [[name, fault, closedMs] as const] : [],
  );
  test.each(oneIn(step, closing, shift))(
    '%s, once: waits and succeeds',
    async (_, fault, closedMs) => {
      server.aim({ operation, fault, times: 1, applied: false });
      await using program = await startProgram(target);
      const from = clock.now();
      await expectEnd(program, target, { code: 'success', requests: 2, outcome: 'done' });
      expect(server.count(operation)).toBe(2);
      expect(clock.now() - from).toBeGreaterThanOrEqual(closedMs);
    },
  );

  const refused = 'connection refused';
  const unconnected = oneIn(
    Math.min(step, 3),
    [
      [refused, ''],
      ["the name can't be resolved", 'https://segment.invalid'],
      ['no TLS is spoken there', `https://${server.host}`],
    ] as const,
    shift,
  );
  for (const [name] of unconnected) met.set(name, (met.get(name) ?? new Set()).add(kind));

  const isRefused = unconnected.some(([name]) => name === refused);
  test.runIf(isRefused)(
    `${refused}: unreachable after all attempts allowed, and the next call works`,
    async () => {
      server.aim(undefined);
      await using program = await startProgram(target);
      await server.refuseAfter(readsFirst);
      const outcome = 'not_done';
      const expected = { ...without, ...target.ends?.[refused] };
      const { code = 'unreachable' } = expected;
      await expectEnd(program, target, { code, requests: 0, outcome });
      // The look before the second attempt is not answered either.
      const attempted = looksBy ? [operation, ...Array(4).fill(looksBy)] : Array(4).fill(operation);
      expect(attempts(program, alongside)).toEqual(attempted.map((name) => [name, false]));
      expect(server.count(operation)).toBe(0);

      await server.listenAgain();
      await expectNextWorks(program, target);
    },
  );

  test.each(unconnected.filter(([name]) => name !== refused))(
    '%s: unreachable after four attempts, and other tools work',
    async (_, url) => {
      server.aim(undefined);
      await using program = await startProgram(target, url);
      const { error } = await callThroughTime(program, target, 0);
      expect(error?.code).toBe('unreachable');
      expect(attempts(program, alongside)).toHaveLength(4);
      expect(attempts(program).every(([, sent]) => sent === false)).toBe(true);
      expect(server.count(operation)).toBe(0);
      // Its preparations failed, so that it never came to a write.
      expect(program.audit()).toBe('');

      const query = "event('Shoes Bought').count() >= 1";
      const checked = await callTool(program.client, 'check_audience_query', { query });
      expect(checked.structured).toMatchObject({ valid: true });
    },
  );
});

test('every fault meets every kind of tool', () => {
  expect(met.size).toBe(all.length + 3);
  for (const [name, kinds] of met) {
    expect([name, [...kinds].sort()]).toEqual([name, ['once', 'read', 'remove']]);
  }
});

const attemptSchema = z.object({
  message: z.literal('no answer'),
  operation: z.string(),
  sent: z.boolean(),
});

/** The attempts that got no answer: of which operation but one, and whether anything was sent. */
function attempts({ log }: Composed, but?: string): [operation: string, sent: boolean][] {
  return log.flatMap((line) => {
    const { success, data } = attemptSchema.safeParse(JSON.parse(line));
    return success && data.operation !== but
      ? [[data.operation, data.sent] satisfies [string, boolean]]
      : [];
  });
}
