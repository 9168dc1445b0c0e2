/** The level of a definition, which is its audience's type. */
export type Level = 'users' | 'accounts' | 'linked';

/** What a definition is checked for. */
export interface CheckOptions {
  /** `users` by default. */
  type?: Level;
  /**
   * An audience must be true or false, a computed trait must be a value; `audience` by default.
   */
  purpose?: 'audience' | 'trait';
}

const levels: readonly Level[] = ['users', 'accounts', 'linked'];

/** The level that a word names, ignoring case; undefined for any other word. */
export function levelOf(word: string): Level | undefined {
  const wanted = word.toLowerCase();
  return levels.find((level) => level === wanted);
}
