import type { CheckOptions } from './check-options.ts';
import type { StreamKind } from './language-function.ts';

/** The position of something in a definition. */
export interface Scope {
  options: Required<CheckOptions>;
  /** The streams whose `where` or reducer encloses this, outermost first. */
  enclosing: readonly StreamKind[];
  /** The stream of the chain that this belongs to, if there is one. */
  stream?: StreamKind;
  /** Whether this is an operand of a comparison or reducer, so that it can't be a condition. */
  isValue?: boolean;
}

/** The scope inside the `where` or a reducer of a scope's stream. */
export function inside({ options, enclosing, stream = 'events' }: Scope): Scope {
  return { options, enclosing: [...enclosing, stream] };
}
