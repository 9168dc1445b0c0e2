/** Follows the cursors of one list: a repeated one would lead in a circle forever. */
export class Cursors {
  readonly #seen = new Set<string>();

  /** @param first where the reading begins, if that is a cursor. */
  constructor(first?: string) {
    if (first !== undefined) this.#seen.add(first);
  }

  /** The cursor to continue with; undefined after the last page. */
  after(next: string | null | undefined): { cursor: string | undefined; isLoop: boolean } {
    if (typeof next !== 'string') return { cursor: undefined, isLoop: false };
    if (this.#seen.has(next)) return { cursor: undefined, isLoop: true };
    this.#seen.add(next);
    return { cursor: next, isLoop: false };
  }
}

/** Remembers ids: true for one that is new. */
export function firstTime(): (row: { id: string }) => boolean {
  const seen = new Set<string>();
  return ({ id }) => {
    const isNew = !seen.has(id);
    seen.add(id);
    return isNew;
  };
}
