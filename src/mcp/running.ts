/** What has begun and not ended. */
export class Running {
  readonly #running = new Set<Promise<unknown>>();

  /** Counts it until it ends. @throws what it throws. */
  async during<Result>(running: Promise<Result>): Promise<Result> {
    this.#running.add(running);
    try {
      return await running;
    } finally {
      this.#running.delete(running);
    }
  }

  /** Resolves when nothing is running, nor has begun meanwhile. */
  async none(): Promise<void> {
    while (this.#running.size > 0) await Promise.allSettled(this.#running);
  }
}
