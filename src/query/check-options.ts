/** The level of a definition, which is its audience's type. */
export type Level = 'users' | 'accounts' | 'linked';

/** What a definition is checked for. */
export interface CheckOptions {
  /** `users` if left out. */
  type?: Level;
  /**
   * An audience must come out as true or false, a computed trait as a value; `audience` if left out.
   */
  purpose?: 'audience' | 'trait';
}

const levels: readonly Level[] = ['users', 'accounts', 'linked'];

/** The level that a word names, in any case; undefined for any other word. */
export function levelOf(word: string): Level | undefined {
  const wanted = word.toLowerCase();
  return levels.find((level) => level === wanted);
}
