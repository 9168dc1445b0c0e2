import type { ToolHints } from '../tools/tool.ts';
import { type Caller, type Scope, scopes } from './caller.ts';

/** All scopes, in the order in which challenges name them. */
export const allScopes: readonly Scope[] = [scopes.read, scopes.write];

/** What is behind a scope: a tool, or something else that reads. */
export interface Scoped {
  hints: Pick<ToolHints, 'readOnlyHint'>;
}

/** The scope that calls of a tool need. Neither includes the other. */
export function scopeFor({ hints }: Scoped): Scope {
  return hints.readOnlyHint ? scopes.read : scopes.write;
}

/** The scope that a caller lacks for a tool; undefined if they lack none. */
export function missingScope(caller: Pick<Caller, 'scopes'>, tool: Scoped): Scope | undefined {
  const needed = scopeFor(tool);
  return caller.scopes?.has(needed) === false ? needed : undefined;
}
