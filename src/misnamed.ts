import type { Environment } from './given.ts';
import { isNearMiss } from './nearest.ts';
import { type Setting, settings } from './settings.ts';

/** Ours begin with it; so do variables of other programs. */
const prefix = /^SEGMENT_(MCP_)?/i;

const all: readonly Setting<unknown>[] = Object.values(settings);

/**
 * A sentence for every variable that is nearly named like a setting that restricts: whoever set it
 * believes in a fence that is not there. Other variables, and empty ones, are nobody's business.
 */
export function misnamedFences(environment: Environment): string[] {
  const known = all.map(({ env }) => env);
  return Object.keys(environment).flatMap((name) => {
    if (!prefix.test(name) || known.includes(name) || !environment[name]?.trim()) return [];
    const meant = all
      .filter(({ restricts }) => restricts)
      .find(({ env }) => isNearMiss(name.replace(prefix, ''), env.replace(prefix, '')));
    if (!meant || isOnWindows(name, meant.env, environment)) return [];
    return [
      `${name} is no setting: did you mean ${meant.env}? That one restricts what may be done, so nothing starts while it may be meant: rename the variable, or leave it out.`,
    ];
  });
}

/** There a variable is found in whatever case it was set. */
function isOnWindows(name: string, meant: string, environment: Environment): boolean {
  return name.toUpperCase() === meant && environment[meant] === environment[name];
}
