import type { ReviewedAudience } from './findings.ts';

/** Which audiences of a space are built on which, each by its place in the list. */
export class Dependencies {
  readonly #audiences: readonly Pick<ReviewedAudience, 'references'>[];
  readonly #byKey = new Map<string, number[]>();
  readonly #users: number[];

  constructor(audiences: readonly Pick<ReviewedAudience, 'key' | 'references'>[]) {
    this.#audiences = audiences;
    audiences.forEach(({ key }, place) => {
      if (key === undefined) return;
      const known = this.#byKey.get(key);
      if (known) known.push(place);
      else this.#byKey.set(key, [place]);
    });
    this.#users = audiences.map(() => 0);
    for (let user = 0; user < audiences.length; user += 1) {
      for (const base of this.basesOf(user)) {
        if (base !== user) this.#users[base] = this.usersOf(base) + 1;
      }
    }
  }

  /** The audiences on which one is built; among them itself, if its definition uses its own key. */
  basesOf(place: number): readonly number[] {
    const traits = this.#audiences[place]?.references?.traits ?? [];
    return traits.flatMap((trait) => this.#byKey.get(trait) ?? []);
  }

  /** Whether an audience has this key. */
  hasKey(key: string): boolean {
    return this.#byKey.has(key);
  }

  /** How many other audiences are known to be built on one. */
  usersOf(place: number): number {
    return this.#users[place] ?? 0;
  }
}
