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
