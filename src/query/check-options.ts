/** The level of a definition, which is its audience's type. */
export type Level = 'users' | 'accounts' | 'linked';

/** What a definition is checked for. */
export interface CheckOptions {
  type: Level;
  /** An audience must come out as true or false, a computed trait as a value. */
  purpose: 'audience' | 'trait';
}
