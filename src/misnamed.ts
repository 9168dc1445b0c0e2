import type { Environment } from './given.ts';
import { isNearMiss, plainName } from './nearest.ts';
import { type Setting, settings } from './settings.ts';

/** The first word, which may be meant as ours, and what may follow it in ours. */
const start = /^([a-z]+)[_.-](?:mcp[_.-])?/i;

/** Beginnings of names that other programs of Segment use, without separators. */
const others = ['writekey', 'analytics', 'source'];

/** What else a fence may be called, without separators. */
const synonyms: Readonly<Record<string, readonly string[]>> = {
  SEGMENT_ALLOWED_SPACES: ['spaces', 'spaceids'],
  SEGMENT_TOOLS: ['allowedtools', 'enabledtools'],
  SEGMENT_ASK: ['askmode'],
  SEGMENT_AUDIT_LOG: ['audit', 'auditfile', 'auditpath'],
};

/** A shorter name may be part of any other. */
const minPartChars = 6;

const all: readonly Setting<unknown>[] = Object.values(settings);
const fences = all.filter(({ restricts }) => restricts).map(({ env }) => env);

/**
 * A sentence for every variable that is nearly named like a setting that restricts: whoever set it
 * believes in a fence that is not there. Settings, other variables, and empty ones are nobody's business.
 */
export function misnamedFences(environment: Environment): string[] {
  const known = all.map(({ env }) => env);
  return Object.keys(environment).flatMap((name) => {
    if (known.includes(name) || !environment[name]?.trim()) return [];
    const meant = fenceMeantBy(name);
    if (meant === undefined || isOnWindows(name, meant, environment)) return [];
    return [
      `${name} is no setting: did you mean ${meant}? That one restricts what may be done, so nothing starts while it may be meant: rename the variable, or leave it out.`,
    ];
  });
}

function fenceMeantBy(name: string): string | undefined {
  const [found = '', first = ''] = start.exec(name) ?? [];
  if (!isNearMiss(first, 'segment')) return undefined;
  const given = plainName(name.slice(found.length));
  if (others.some((other) => given.startsWith(other))) return undefined;
  return fences.find((fence) => {
    const meant = plainName(fence.replace(start, ''));
    return (
      isNearMiss(given, meant) ||
      isShortSlip(given, meant) ||
      (meant.length >= minPartChars && given.includes(meant)) ||
      synonyms[fence]?.includes(given)
    );
  });
}

/** Whether a name of three or four letters has two of them swapped, or one more behind its first. */
function isShortSlip(given: string, meant: string): boolean {
  if (meant.length < 3 || meant.length > 4) return false;
  return [...given].some((letter, index) => {
    const before = given.slice(0, index);
    const swapped = `${before}${given.charAt(index + 1)}${letter}${given.slice(index + 2)}`;
    return swapped === meant || (index > 0 && before + given.slice(index + 1) === meant);
  });
}

/** There a variable is found in whatever case it was set. */
function isOnWindows(name: string, meant: string, environment: Environment): boolean {
  return name.toUpperCase() === meant && environment[meant] === environment[name];
}
