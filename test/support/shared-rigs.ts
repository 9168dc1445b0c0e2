import type { Answering } from './in-memory.ts';
import { plenty, plentyFlags } from './plenty.ts';
import { type Rig, type RigOptions, startRig } from './rig.ts';

/**
 * Rigs for tests that come one after the other: those with the same arguments share a program, which goes
 * on serving after whatever happened to it before. Each finds the sandbox as it is at its start, whose ids
 * then begin anew: a test that creates an audience needs a rig of its own, since a program does not take an
 * id that it has seen before for that of a new audience.
 */
export class SharedRigs implements AsyncDisposable {
  readonly #options: Pick<RigOptions, 'edition' | 'space'>;
  readonly #started = new Map<string, Promise<Rig>>();
  #answering: Answering | undefined;

  constructor(options: Pick<RigOptions, 'edition' | 'space'> = {}) {
    this.#options = options;
  }

  /**
   * A rig without faults that no request has reached yet.
   *
   * @param answering how the client's user answers in this test; a client without it can't ask.
   */
  async with(args: string[] = [], answering?: Answering): Promise<Rig> {
    this.#answering = answering;
    const key = JSON.stringify([args, answering !== undefined]);
    const starting = this.#started.get(key) ?? this.#start(args, answering !== undefined);
    this.#started.set(key, starting);
    const rig = await starting;
    rig.reset();
    return rig;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const starting of this.#started.values()) await (await starting)[Symbol.asyncDispose]();
  }

  #start(args: string[], canAsk: boolean): Promise<Rig> {
    const answering: Answering = (question) => {
      if (!this.#answering) throw new Error('Nobody is there to answer');
      return this.#answering(question);
    };
    // One test must not use up the quotas of the next.
    return startRig([...args, ...plentyFlags], {
      ...this.#options,
      limits: plenty,
      ...(canAsk ? { answering } : {}),
    });
  }
}
