import type { Clock } from './clock.ts';
import { type Config, secretsOf } from './config.ts';
import { connect } from './connect.ts';
import { createLog, type Log } from './log.ts';
import { instructions } from './mcp/instructions.ts';
import { resourcesCapability } from './mcp/resources.ts';
import { createMcpServer, type McpServer } from './mcp/server.ts';
import { maxCallMs, ToolsCapability } from './mcp/tools.ts';
import { switchedOffBy } from './offered.ts';
import { createRedactor, type Redactor } from './redact.ts';
import { resources } from './resources/registry.ts';
import { AuditLog } from './safety/audit-log.ts';
import { carryOutAll } from './safety/bulk.ts';
import { Confirmations, confirmationLifeMs, scopeOf } from './safety/confirmation.ts';
import { NameReservations } from './safety/duplicates.ts';
import { LostCreates } from './safety/lost-create.ts';
import { PreviewTally } from './safety/preview-count.ts';
import { remember, SeenAudiences } from './safety/seen.ts';
import { defaultStateFolder, StateFolder, type Surroundings } from './safety/state-folder.ts';
import { Turns } from './safety/turns.ts';
import type { WriteContext } from './safety/wish.ts';
import { carryOut } from './safety/write.ts';
import type { SegmentApi } from './segment/api.ts';
import { withSignal } from './segment/call.ts';
import { AudienceIndexes, droppingIndexes } from './space/audience-indexes.ts';
import { KnownNameLists } from './space/known-names.ts';
import { NameCheck } from './space/names.ts';
import { type PreviewCount, Previews } from './space/previews.ts';
import { tools } from './tools/registry.ts';
import { name, version } from './version.ts';

/**
 * How long requests in flight may take to finish when the program stops, and then to be aborted.
 */
const graceMs = 600;

/** What the program needs from the machine; passed in, so that tests can replace it. */
export interface Machine {
  clock: Clock;
  /** A number from 0 up to 1. */
  random: () => number;
  /** Unpredictable bytes. */
  randomBytes: (count: number) => Uint8Array;
  /** Receives finished lines of the log. */
  writeLog: (line: string) => void;
  /** What the platform's state folder depends on; without it, there is none. */
  surroundings?: Surroundings;
}

/** What a process has once, however many sessions it serves. */
interface Services {
  config: Config;
  clock: Clock;
  redactor: Redactor;
  log: Log;
  api: SegmentApi;
  indexes: AudienceIndexes;
  confirmations: Confirmations;
  reservations: NameReservations;
  lostCreates: LostCreates;
  turns: Turns;
  auditLog: AuditLog | undefined;
  names: NameCheck;
  previews: Previews;
}

/** One connection with a client, ready to be served. */
export interface Session {
  server: McpServer;
  /**
   * Ends the calls that would write but have not begun to, and lets no further call begin to write.
   */
  endPreparations(): void;
  /** Resolves when no tool call is running. */
  idle(): Promise<void>;
}

/** The assembled program. */
export interface Program {
  log: Log;
  /** Opens the session that serves a new connection. */
  openSession(): Session;
  /**
   * For a client that has closed its input but still listens: reads and requests already sent
   * continue; writes not yet sent, or waiting for the user, end at once as cancelled.
   *
   * @param answered resolves when every request received is answered.
   * @returns at that point, or after the smaller of `maxWaitMs` and 55 s; call `stop` next.
   */
  finish(answered: Promise<void>): Promise<void>;
  /**
   * Stops the program: ends waiting calls at once, gives requests in flight a moment to finish, so
   * that no write is left in doubt without need, and then closes everything.
   *
   * @param answered resolves when there is nothing left to wait for; by default, when no call is
   * running.
   */
  stop(answered?: Promise<void>): Promise<void>;
}

/** Wires the parts together; the only module that sees them all. */
export function compose(config: Config, machine: Machine): Program {
  const services = createServices(config, machine);
  const { api, clock, log } = services;
  const sessions = new Set<Session>();
  const idle = async () => {
    await Promise.all([...sessions].map((session) => session.idle()));
  };
  return {
    log,
    openSession() {
      const session = createSession(services, () => sessions.delete(session));
      sessions.add(session);
      return session;
    },
    async finish(answered) {
      api.drain('writes');
      for (const session of sessions) session.endPreparations();
      await Promise.race([answered, after(clock, Math.min(config.maxWaitMs, maxCallMs))]);
    },
    async stop(answered = idle()) {
      api.drain('all');
      for (const session of sessions) session.endPreparations();
      await Promise.race([answered, after(clock, graceMs)]);
      // A call aborted by this still writes its lines and answers its client; one that hangs anyway
      // is not waited for.
      await api.close();
      await Promise.race([answered, after(clock, graceMs)]);
      await Promise.all([...sessions].map(({ server }) => server.close()));
      await Promise.race([idle(), after(clock, graceMs)]);
    },
  };
}

function createServices(config: Config, machine: Machine): Services {
  const { clock, randomBytes, writeLog } = machine;
  const redactor = createRedactor(secretsOf(config));
  const log = createLog(config.logLevel, redactor, clock.now, writeLog);
  const file = config.auditLog;
  const api = connect(config, machine, redactor, log);
  const folder = stateFolderOf(config, machine);
  const indexes = new AudienceIndexes(api, clock);
  return {
    config,
    clock,
    redactor,
    log,
    api: droppingIndexes(api, indexes),
    indexes,
    confirmations: createConfirmations(config, machine, folder, log),
    reservations: new NameReservations(),
    lostCreates: new LostCreates(clock.monotonic),
    turns: new Turns(clock),
    auditLog: file === undefined ? undefined : new AuditLog(file, redactor, clock.now, randomBytes),
    names: new NameCheck(new KnownNameLists(api, clock), clock),
    previews: new Previews(api, clock, createPreviewCount(config, folder, log)),
  };
}

/** @returns undefined where the platform has no state folder and none was named. */
function stateFolderOf({ stateFolder }: Config, machine: Machine): StateFolder | undefined {
  const { clock, surroundings } = machine;
  const path = stateFolder ?? (surroundings && defaultStateFolder(surroundings));
  return path === undefined ? undefined : new StateFolder(path, clock.now);
}

/** Segment's address, and whose token it is. */
function scopeIn({ target }: Config): string {
  return target.kind === 'live' ? scopeOf(target.baseUrl, target.token) : target.kind;
}

/** The sandbox lives as long as this process, and nobody else starts previews in it. */
function createPreviewCount(
  config: Config,
  folder: StateFolder | undefined,
  log: Log,
): PreviewCount {
  const isAlone = config.target.kind === 'sandbox';
  return new PreviewTally({
    scope: () => scopeIn(config),
    folder: isAlone ? undefined : folder,
    isAlone,
    onNoFolder: (reason) =>
      log('warn', 'the state folder is not used: only previews of this process are counted', {
        because: reason,
      }),
  });
}

function createConfirmations(
  config: Config,
  { clock, randomBytes }: Machine,
  folder: StateFolder | undefined,
  log: Log,
): Confirmations {
  return new Confirmations({
    now: clock.now,
    elapsed: clock.monotonic,
    randomBytes,
    keys: config.secrets?.map((text) => Buffer.from(text, 'base64')),
    scope: () => scopeIn(config),
    folder,
    onNoFolder: (reason) =>
      log('warn', 'the state folder is not used: confirmations are valid in this process only', {
        because: reason,
      }),
  });
}

/** @param onClose called when its connection closes. */
function createSession(services: Services, onClose: () => void): Session {
  const { config, clock, redactor, log, api, indexes, names, previews } = services;
  const seen = new SeenAudiences();
  const shownApi = remember(api, seen);
  const switchedOff = switchedOffBy(config);
  const offered = tools.filter((tool) => !switchedOff.has(tool.name));
  const writes = offered.some(({ hints }) => !hints.readOnlyHint);
  const finds = offered.some((each) => each.name === 'find_audiences');
  const calls = new ToolsCapability({
    tools: offered,
    switchedOff,
    contextOf(tool, call, preparing, ask) {
      const writing = (): WriteContext => ({
        tool,
        ...services,
        mode: config.confirm,
        seen,
        call: withSignal(call, preparing),
        sending: call,
        ask,
        askMode: config.ask,
        now: clock.now,
        elapsed: clock.monotonic,
      });
      return {
        api: shownApi,
        call,
        defaultSpace: config.space,
        allowedSpaces: config.policy.allowedSpaces,
        indexes,
        queryCheck: config.queryCheck,
        names,
        previews,
        noSamples: config.noSamples,
        now: clock.now,
        carryOut: (wish) => carryOut(wish, writing()),
        carryOutAll: (wish) => carryOutAll(wish, writing()),
      };
    },
    maxWaitMs: config.maxWaitMs,
    askTimeoutMs: confirmationLifeMs,
    clock,
    redactor,
    log,
  });
  const server = createMcpServer({
    name,
    version,
    // A setting that they quote may hold an encoded secret.
    instructions: redactor.text(instructions({ ...config, writes, finds })),
    capabilities: [calls, resourcesCapability(resources, redactor)],
    onClose,
    log,
  });
  return {
    server,
    endPreparations: () => calls.endPreparations(),
    idle: () => calls.idle(),
  };
}

function after(clock: Clock, ms: number): Promise<void> {
  return new Promise((resolve) => {
    clock.after(ms, resolve);
  });
}
