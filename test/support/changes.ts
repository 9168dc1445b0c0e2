/** Lets tests wait for a state of affairs, which is looked at again whenever something has changed. */
export class Changes {
  #waiting: (() => void)[] = [];

  /** To be called after every change. */
  happened(): void {
    for (const wake of this.#waiting.splice(0)) wake();
  }

  /** Resolves to what `find` gives as soon as it gives something, or rejects with what it throws. */
  async until<Found>(find: () => Found | undefined): Promise<Found> {
    for (;;) {
      const found = find();
      if (found !== undefined) return found;
      await new Promise<void>((resolve) => {
        this.#waiting.push(resolve);
      });
    }
  }
}
