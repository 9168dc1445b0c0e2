import { type Clock, systemClock } from './clock.ts';
import type { Config } from './config.ts';
import { createLog, type Log } from './log.ts';
import { createMcpServer, type McpServer } from './mcp/server.ts';
import { createRedactor, type Redactor } from './redact.ts';
import { sandboxSpaces } from './sandbox/spaces.ts';
import type { SegmentApi } from './segment/api.ts';
import { deferApi } from './segment/deferred-api.ts';
import { tools } from './tools/registry.ts';
import { name, version } from './version.ts';

/** How long requests under way may take to end when the program stops. */
const graceMs = 600;

/** The program, put together and ready to be served. */
export interface Program {
  server: McpServer;
  log: Log;
  /**
   * Stops: calls that wait are ended at once, requests under way get a moment to finish, so that a
   * write is not left in doubt without need, and then everything is closed.
   */
  stop(): Promise<void>;
}

/**
 * Wires the parts together; the only room that sees them all.
 *
 * @param writeLog takes finished lines of the log.
 */
export function compose(config: Config, writeLog: (line: string) => void): Program {
  const clock = systemClock;
  const redactor = createRedactor(config.target.kind === 'live' ? [config.target.token] : []);
  const log = createLog(config.logLevel, redactor, clock.now, writeLog);
  const segment = connect(config, clock, redactor, log);
  const server = createMcpServer({
    name,
    version,
    tools,
    api: segment.api,
    defaultSpace: config.space ?? segment.firstSpace,
    queryCheck: config.queryCheck,
    maxWaitMs: config.maxWaitMs,
    clock,
    redactor,
    log,
  });
  return {
    server,
    log,
    async stop() {
      segment.api.drain();
      await Promise.race([server.idle(), after(clock, graceMs)]);
      await server.close();
      await server.idle();
      await segment.close();
    },
  };
}

interface Segment {
  api: SegmentApi;
  /** The sandbox's first space. */
  firstSpace?: string;
  close(): Promise<void>;
}

function connect(config: Config, clock: Clock, redactor: Redactor, log: Log): Segment {
  const open = async (baseUrl: string, token: string): Promise<SegmentApi> => {
    const { SegmentClient } = await import('./segment/client.ts');
    const { timeoutMs, perMinute } = config;
    return new SegmentClient({
      baseUrl,
      token,
      userAgent: `${name}/${version}`,
      timeoutMs,
      perMinute,
      clock,
      random: Math.random,
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
    firstSpace: sandboxSpaces[0]?.id,
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
