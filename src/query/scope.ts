import type { CheckOptions } from './check-options.ts';
import type { StreamKind } from './language-function.ts';

/** Where in a definition something is. */
export interface Scope {
  options: Required<CheckOptions>;
  /** The streams whose `where`s and reducers this is in, outermost first. */
  enclosing: readonly StreamKind[];
  /** The stream whose chain this belongs to, if it is one. */
  stream?: StreamKind;
  /** Whether this is what something else compares or reduces, so that it can't be a condition. */
  isValue?: boolean;
}

/** Inside the `where` or a reducer of the stream of a scope. */
export function inside({ options, enclosing, stream = 'events' }: Scope): Scope {
  return { options, enclosing: [...enclosing, stream] };
}
