/**
 * The keys of the audiences and computed traits of one space: trait names on its profiles. None is
 * ever reused, not even after a removal.
 */
export class Keys {
  readonly #used = new Set<string>();

  /** The key of the next thing with this name. How Segment makes it is not stated. */
  next(name: string): string {
    const words = name
      .normalize('NFKD')
      .replace(/\p{M}/gu, '')
      .toLowerCase()
      .match(/[a-z0-9]+/g);
    const base = words?.join('_') ?? 'audience';
    let key = base;
    for (let number = 2; this.#used.has(key); number += 1) key = `${base}_${number}`;
    return key;
  }

  /** Uses up a key. */
  take(key: string): string {
    this.#used.add(key);
    return key;
  }
}
