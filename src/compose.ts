import { passed } from './clock.ts';
import type { Config } from './config/config.ts';
import type { ClosableServer, CreateServer } from './mcp/server.ts';
import { maxCallMs } from './mcp/tools.ts';
import type { SharedState } from './replicas/shared-state.ts';
import {
  createWorkspaceServices,
  type ProcessServices,
  type WorkspaceServices,
} from './services.ts';
import { createSession, type Guest, type Session } from './session.ts';
import { unobserved } from './telemetry/observer.ts';

/**
 * How long requests in flight may take to finish when the program stops, and then to be aborted.
 */
const graceMs = 600;

/** A Segment token with all that is particular to its workspace. */
export type Upstream = Pick<Config, 'target' | 'edition' | 'proxy'>;

/** What opens a session, where a program serves several callers. */
export interface Opening {
  guest: Guest;
  /** The workspace that the session works with. */
  upstream: Upstream;
  /** The name of its token. */
  workspace: string;
}

/** The assembled program. */
export interface Program {
  /**
   * Opens a session: for the only client of the process, or for one of several callers.
   *
   * @param createServer for the versions of the protocol that its client speaks.
   */
  openSession<Server extends ClosableServer>(
    createServer: CreateServer<Server>,
    opening?: Opening,
  ): Session<Server>;
  /**
   * Closes the workspaces that are no longer offered, each as soon as no session works with it. One that
   * is opened again is a new one.
   */
  retire(isOffered: (target: Config['target']) => boolean): void;
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
   * @param maxMs how long requests in flight may take; 600 ms by default, as a client that has ended
   * us may kill us soon.
   */
  stop(answered?: Promise<void>, maxMs?: number): Promise<void>;
}

/**
 * Wires the parts together.
 *
 * @param shared what other replicas of a server share; undefined if there are none.
 */
export function compose(services: ProcessServices, shared?: SharedState): Program {
  const { config, machine } = services;
  const { clock } = machine;
  const workspaces = new Workspaces(services, shared);
  const sessions = new Set<Session>();
  const idle = async () => {
    await Promise.all([...sessions].map((session) => session.idle()));
  };
  return {
    openSession(createServer, opening) {
      const workspace = workspaces.get(opening?.upstream ?? config, opening?.workspace);
      const leave = workspace.enter();
      const onClose = () => {
        sessions.delete(session);
        leave();
      };
      const session = createSession(
        services,
        workspace.services,
        createServer,
        opening?.guest,
        onClose,
      );
      sessions.add(session);
      return session;
    },
    retire: (isOffered) => workspaces.retire(isOffered),
    async finish(answered) {
      workspaces.drain('writes');
      for (const session of sessions) session.endPreparations();
      await Promise.race([answered, passed(clock, Math.min(config.maxWaitMs, maxCallMs))]);
    },
    async stop(answered = idle(), maxMs = graceMs) {
      workspaces.drain('all');
      for (const session of sessions) session.endPreparations();
      await Promise.race([answered, passed(clock, maxMs)]);
      // A call aborted by this still writes its lines and answers its client; one that hangs anyway
      // is not waited for.
      await workspaces.close();
      await Promise.race([answered, passed(clock, graceMs)]);
      await Promise.all([...sessions].map(({ server }) => server.close()));
      await Promise.race([idle(), passed(clock, graceMs)]);
    },
  };
}

/** The workspaces in use, one for each Segment token; each is made when first needed. */
class Workspaces {
  readonly #services: ProcessServices;
  readonly #shared: SharedState | undefined;
  readonly #known = new Map<string, Workspace>();
  /** Workspaces that are no longer offered, until their last session ends. */
  readonly #retired = new Set<Workspace>();

  constructor(services: ProcessServices, shared: SharedState | undefined) {
    this.#services = services;
    this.#shared = shared;
  }

  /** @param name of the token; of two for the same token, the one that comes first is used. */
  get({ target, edition, proxy }: Upstream, name = unobserved.workspace): Workspace {
    const key = JSON.stringify([target, edition]);
    const known = this.#known.get(key);
    if (known) return known;
    if (target.kind === 'live') this.#services.redactor.add(target.token);
    const config = { ...this.#services.config, target, edition, proxy };
    const services = createWorkspaceServices(config, name, this.#services, this.#shared);
    const made = new Workspace(target, services);
    this.#known.set(key, made);
    return made;
  }

  retire(isOffered: (target: Config['target']) => boolean): void {
    for (const [key, workspace] of this.#known) {
      if (isOffered(workspace.target)) continue;
      this.#known.delete(key);
      this.#retired.add(workspace);
      workspace.whenLeft(() => {
        this.#retired.delete(workspace);
        void workspace.services.api.close();
      });
    }
  }

  drain(scope: 'all' | 'writes'): void {
    for (const { api } of this.#all()) api.drain(scope);
  }

  async close(): Promise<void> {
    await Promise.all(this.#all().map(({ api }) => api.close()));
  }

  #all(): WorkspaceServices[] {
    return [...this.#known.values(), ...this.#retired].map(({ services }) => services);
  }
}

/** What belongs to one token, with the number of sessions that work with it. */
class Workspace {
  readonly target: Config['target'];
  readonly services: WorkspaceServices;
  #sessions = 0;
  #onLeft: (() => void) | undefined;

  constructor(target: Config['target'], services: WorkspaceServices) {
    this.target = target;
    this.services = services;
  }

  /** Counts a session. @returns what ends that; calling it again has no effect. */
  enter(): () => void {
    let isIn = true;
    this.#sessions += 1;
    return () => {
      if (!isIn) return;
      isIn = false;
      this.#sessions -= 1;
      if (this.#sessions === 0) this.#onLeft?.();
    };
  }

  /** Calls a function when no session is left, which may be at once. */
  whenLeft(onLeft: () => void): void {
    this.#onLeft = onLeft;
    if (this.#sessions === 0) onLeft();
  }
}
