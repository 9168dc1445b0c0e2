import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach } from 'vitest';
import { type Sandbox, type SandboxOptions, start } from '../../src/sandbox/start.ts';
import { HoldingServer } from './holding-server.ts';
import { ManualClock } from './manual-clock.ts';
import { type Replica, type ReplicaOptions, startReplica } from './replica.ts';
import { sharedPeople } from './shared-people.ts';

/** The space that a scene's replicas serve by default: the small one. */
export const space = 'spa_shop_staging';
/** An audience in it. */
export const id = 'aud_000000011';

/** Longer than a replica that stops waits for anything. */
const stoppedMs = 60_000;

/**
 * For every test of a file: a sandbox behind a server that can hold, both on a clock that is moved by hand, and
 * replicas of a team server in front of them.
 */
export class HttpScene {
  clock = new ManualClock();
  /** The paths of the requests that changed something, or would have; until a test sets `beforeRequest`. */
  writes: string[] = [];
  #parts: { sandbox: Sandbox; upstream: HoldingServer; folder: string } | undefined;
  #replicas: Replica[] = [];

  constructor({ faults }: Pick<SandboxOptions, 'faults'> = {}) {
    beforeEach(async () => {
      this.clock = new ManualClock();
      this.writes = [];
      const sandbox = await start({ clock: this.clock, people: sharedPeople, faults });
      const upstream = await HoldingServer.start(sandbox.url);
      upstream.beforeRequest = ({ method, path }) => {
        if (method !== 'GET') this.writes.push(path);
      };
      this.#parts = { sandbox, upstream, folder: mkdtempSync(join(tmpdir(), 'http-')) };
    });
    afterEach(async () => {
      const stopped = Promise.all(this.#replicas.map((replica) => replica.stop()));
      await this.clock.advance(stoppedMs);
      await stopped;
      this.#replicas = [];
      await this.upstream[Symbol.asyncDispose]();
      await this.sandbox.close();
      rmSync(this.folder, { recursive: true, force: true });
    });
  }

  get sandbox(): Sandbox {
    return this.#here.sandbox;
  }

  /** What is between the replicas and the sandbox. */
  get upstream(): HoldingServer {
    return this.#here.upstream;
  }

  /** A folder of the test's own. */
  get folder(): string {
    return this.#here.folder;
  }

  /**
   * Starts a replica, which is stopped after the test.
   *
   * @param flags as well as `space`. @param environment as well as the token and the address of Segment.
   */
  async startReplica(
    flags: ReplicaOptions['flags'] = {},
    { environment, ...more }: Partial<ReplicaOptions> = {},
  ): Promise<Replica> {
    const replica = await startReplica({
      clock: this.clock,
      flags: { space, ...flags },
      environment: {
        SEGMENT_API_TOKEN: 'token-for-tests',
        SEGMENT_API_URL: this.upstream.url,
        ...environment,
      },
      ...more,
    });
    this.#replicas.push(replica);
    return replica;
  }

  get #here() {
    if (!this.#parts) throw new Error('There is a scene only while a test runs');
    return this.#parts;
  }
}
