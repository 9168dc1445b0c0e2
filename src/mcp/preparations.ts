import { setMaxListeners } from 'node:events';

/**
 * A question about 20 audiences has 40 requests that wait for the one signal at once. Above 10, Node
 * would write a warning to stderr in a form of its own.
 */
const maxListeners = 50;

/**
 * The signals under which calls prepare to write: each is aborted when its call is cancelled, and
 * all are once no further write may begin.
 */
export class Preparations {
  readonly #running = new Set<AbortController>();
  #ended = false;

  /** Runs a call with its own signal. @throws what the call throws. */
  async during<Result>(
    cancelled: AbortSignal,
    run: (preparing: AbortSignal) => Promise<Result>,
  ): Promise<Result> {
    const controller = new AbortController();
    setMaxListeners(maxListeners, controller.signal);
    const abort = () => controller.abort();
    if (this.#ended || cancelled.aborted) abort();
    cancelled.addEventListener('abort', abort, { once: true });
    this.#running.add(controller);
    try {
      return await run(controller.signal);
    } finally {
      this.#running.delete(controller);
      cancelled.removeEventListener('abort', abort);
    }
  }

  /** Aborts the signals of all present and future calls. */
  end(): void {
    this.#ended = true;
    for (const controller of this.#running) controller.abort();
  }
}
