/** Makes ids that nothing else in the workspace has. */
export class Ids {
  readonly #last = new Map<string, number>();
  readonly #taken = new Set<string>();

  /** The next id of a kind. @param prefix such as `aud_`. */
  next(prefix: string): string {
    let number = this.#last.get(prefix) ?? 0;
    let id: string;
    do {
      number += 1;
      id = `${prefix}${String(number).padStart(9, '0')}`;
    } while (this.#taken.has(id));
    this.#last.set(prefix, number);
    return id;
  }

  /** Reserves an id that was chosen elsewhere. */
  take(id: string): string {
    this.#taken.add(id);
    return id;
  }
}
