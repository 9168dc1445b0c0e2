import type { Clock } from './clock.ts';
import type { Config } from './config.ts';
import { createLog, type Log } from './log.ts';
import { instructions } from './mcp/instructions.ts';
import { createMcpServer, type McpServer } from './mcp/server.ts';
import { createRedactor, type Redactor } from './redact.ts';
import { AuditLog } from './safety/audit-log.ts';
import { Confirmations, confirmationLifeMs } from './safety/confirmation.ts';
import { remember, SeenAudiences } from './safety/seen.ts';
import type { SegmentApi } from './segment/api.ts';
import { deferApi } from './segment/deferred-api.ts';
import { tools } from './tools/registry.ts';
import { name, version } from './version.ts';

/** How long requests under way may take to end when the program stops, and then to be broken off. */
const graceMs = 600;

/** Most clients give up on a call after 60 s. */
const maxFinishMs = 55_000;

/** The program, put together and ready to be served. */
export interface Program {
  server: McpServer;
  log: Log;
  /**
   * To be called when the client has ended its input but still listens. Reads and requests already
   * sent go on; writes that wait, for quota, for another attempt or for their user, end at once as
   * cancelled.
   *
   * @param answered resolves when every request that came in is answered.
   * @returns when that is so, or after the smaller of `maxWaitMs` and 55 s; `stop` comes next.
   */
  finish(answered: Promise<void>): Promise<void>;
  /**
   * Stops: calls that wait are ended at once, requests under way get a moment to finish, so that a
   * write is not left in doubt without need, and then everything is closed.
   *
   * @param answered resolves when there is nothing to wait for; by default, when no call is under way.
   */
  stop(answered?: Promise<void>): Promise<void>;
}

/** What the program takes from the machine; passed in, so that tests can stand in for it. */
export interface Machine {
  clock: Clock;
  /** A number from 0 up to 1. */
  random: () => number;
  /** Unpredictable bytes. */
  randomBytes: (count: number) => Uint8Array;
  /** Takes finished lines of the log. */
  writeLog: (line: string) => void;
}

/** Wires the parts together; the only room that sees them all. */
export function compose(config: Config, machine: Machine): Program {
  const { clock } = machine;
  const redactor = createRedactor(config.target.kind === 'live' ? [config.target.token] : []);
  const log = createLog(config.logLevel, redactor, clock.now, machine.writeLog);
  const segment = connect(config, machine, redactor, log);
  const seen = new SeenAudiences();
  const offered = tools.filter(
    ({ name, hints }) =>
      (config.tools?.includes(name) ?? true) && !(config.policy.readOnly && !hints.readOnlyHint),
  );
  const server = createMcpServer({
    name,
    version,
    instructions: instructions({
      ...config,
      writes: offered.some(({ hints }) => !hints.readOnlyHint),
    }),
    tools: offered,
    services: {
      api: remember(segment.api, seen),
      defaultSpace: config.space,
      queryCheck: config.queryCheck,
      confirm: config.confirm,
      confirmations: new Confirmations(clock.now, machine.randomBytes),
      seen,
      auditLog:
        config.auditLog === undefined
          ? undefined
          : new AuditLog(config.auditLog, redactor, clock.now),
      now: clock.now,
    },
    maxWaitMs: config.maxWaitMs,
    askTimeoutMs: confirmationLifeMs,
    clock,
    redactor,
    log,
  });
  return {
    server,
    log,
    async finish(answered) {
      segment.api.drain('writes');
      server.stopAsking();
      await Promise.race([answered, after(clock, Math.min(config.maxWaitMs, maxFinishMs))]);
    },
    async stop(answered = server.idle()) {
      segment.api.drain('all');
      await Promise.race([answered, after(clock, graceMs)]);
      await server.close();
      // What was broken off still writes its lines; what hangs all the same is not waited for.
      await Promise.race([server.idle(), after(clock, graceMs)]);
      await segment.close();
    },
  };
}

interface Segment {
  api: SegmentApi;
  close(): Promise<void>;
}

function connect(config: Config, machine: Machine, redactor: Redactor, log: Log): Segment {
  const { clock, random } = machine;
  const open = async (baseUrl: string, token: string): Promise<SegmentApi> => {
    const { SegmentClient } = await import('./segment/client.ts');
    const { timeoutMs, perMinute, policy } = config;
    return new SegmentClient({
      baseUrl,
      token,
      userAgent: `${name}/${version}`,
      timeoutMs,
      perMinute,
      policy,
      clock,
      random,
      redactor,
      log,
    });
  };
  const { target } = config;
  if (target.kind === 'live') {
    const api = deferApi(() => open(target.baseUrl, target.token));
    return { api, close: () => api.close() };
  }
  let sandbox: { close(): Promise<void> } | undefined;
  const api = deferApi(async () => {
    const { start } = await import('./sandbox/start.ts');
    const started = await start({ log: (entry) => log('debug', 'sandbox', { ...entry }) });
    sandbox = started;
    return open(started.url, 'sandbox-token');
  });
  return {
    api,
    async close() {
      await api.close();
      await sandbox?.close();
    },
  };
}

function after(clock: Clock, ms: number): Promise<void> {
  return new Promise((resolve) => {
    clock.after(ms, resolve);
  });
}
