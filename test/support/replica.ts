import { randomBytes } from 'node:crypto';
import type { Clock } from '../../src/clock.ts';
import { type Flags, readConfig } from '../../src/config/config.ts';
import type { Bus, BusMessage } from '../../src/replicas/bus.ts';
import type { SharedState } from '../../src/replicas/shared-state.ts';
import { PreviewTally } from '../../src/safety/preview-count.ts';
import { LocalQuota } from '../../src/segment/quota/local-quota.ts';
import { startHttp } from '../../src/serve-http.ts';
import { createProcessServices } from '../../src/services.ts';
import { openTelemetry } from '../../src/telemetry/open.ts';
import { Changes } from './changes.ts';

/** A replica of a team server in this process, served over real HTTP. */
export interface Replica extends AsyncDisposable {
  /** Where it listens, without a path. */
  origin: string;
  /** The lines of its log. */
  log: string[];
  /** Resolves when the log holds a text. */
  logged(text: string): Promise<void>;
  /** Stops it as a signal would. @param hurry resolves when it is not to wait for load balancers. */
  stop(hurry?: Promise<unknown>): Promise<void>;
}

export interface ReplicaOptions {
  flags?: Flags;
  environment?: Record<string, string>;
  clock: Clock;
  bus?: Bus;
}

/** By default without logins, and with keys that all replicas of the process share. */
export async function startReplica(options: ReplicaOptions): Promise<Replica> {
  const { flags = {}, environment = {}, clock, bus } = options;
  const log: string[] = [];
  const changes = new Changes();
  const config = readConfig(
    { http: '127.0.0.1:0', auth: 'none', ...flags },
    { SEGMENT_MCP_SECRET: sharedSecret, ...environment },
    [],
    undefined,
    { hostname: 'test', problemWithStateFolder: () => undefined },
  );
  if (!config.http) throw new Error('HTTP is not configured');
  const machine = {
    clock,
    random: () => 0,
    randomBytes,
    writeLog(line: string) {
      log.push(line);
      changes.happened();
    },
  };
  const telemetry = await openTelemetry(config.http, clock);
  const services = createProcessServices(config, machine, telemetry);
  const shared = bus && sharing(bus);
  const service = await startHttp(
    services,
    config.http,
    shared && { openShared: async () => shared },
  );
  let stopping: Promise<void> | undefined;
  const stop = (hurry: Promise<unknown> = Promise.resolve()) => {
    stopping ??= service.stop(hurry);
    return stopping;
  };
  return {
    origin: new URL(service.url).origin,
    log,
    async logged(text) {
      await changes.until(() => log.some((line) => line.includes(text)) || undefined);
    },
    stop,
    [Symbol.asyncDispose]: () => stop(),
  };
}

/** What replicas share that share nothing but messages. */
function sharing(bus: Bus): SharedState {
  return {
    usedValues: {
      isUsed: async () => false,
      spend: async () => true,
      giveBack: async () => {},
    },
    bus,
    of: () => ({
      createQuota: (_, limit, clock) => new LocalQuota(limit, clock),
      locks: { take: async () => ({ isHeld: () => true, release: async () => {} }) },
      previewCount: new PreviewTally({ scope: () => '', isAlone: true }),
    }),
    state: () => ({ status: 'up', replicasSeen: 2 }),
    ping: async () => ({ ms: 0, skewMs: 0 }),
    close: async () => {},
  };
}

const sharedSecret = Buffer.alloc(32, 7).toString('base64');

/** Connects replicas of one process: each message reaches all others, as over Redis. */
export class LocalBus {
  readonly #receivers: { of: number; receive: (message: BusMessage) => void }[] = [];
  #members = 0;
  /** What was published. */
  readonly messages: BusMessage[] = [];

  /** The bus as one more replica sees it. */
  member(): Bus {
    this.#members += 1;
    const of = this.#members;
    return {
      publish: async (message) => {
        this.messages.push(message);
        // Only what survives JSON would arrive.
        const copy: BusMessage = structuredClone(message);
        for (const each of this.#receivers) if (each.of !== of) each.receive(copy);
      },
      subscribe: (receive) => {
        this.#receivers.push({ of, receive });
      },
    };
  }
}
