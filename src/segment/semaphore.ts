/** Lets a limited number of things run at once; the others wait, in order of arrival. */
export class Semaphore {
  #free: number;
  readonly #waiting = new Set<() => void>();

  /** @param places how many may run at once. */
  constructor(places: number) {
    this.#free = places;
  }

  /**
   * Calls `enter` as soon as there is a place: immediately, if there is one now.
   *
   * @returns a function that frees the place, or ends the wait for it; to be called once.
   */
  take(enter: () => void): () => void {
    const waiting = () => enter();
    if (this.#free > 0) {
      this.#free -= 1;
      waiting();
    } else this.#waiting.add(waiting);
    return () => {
      if (!this.#waiting.delete(waiting)) this.#passOn();
    };
  }

  #passOn(): void {
    const [next] = this.#waiting;
    if (!next) {
      this.#free += 1;
      return;
    }
    this.#waiting.delete(next);
    next();
  }
}
