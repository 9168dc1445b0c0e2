import { isNearMiss, plainName } from '../text/nearest.ts';
import type { Environment } from './given.ts';
import { httpSettingList } from './http-settings.ts';
import { type Setting, settings } from './settings.ts';

/** A first word that may be a misspelling of ours, and what may follow it in our names. */
const start = /^([a-z]+)[_.-](?:mcp[_.-])?/i;

/** How names of other Segment programs begin, without separators. */
const others = ['writekey', 'analytics', 'source'];

/** Other names for restricting settings, without separators. */
const synonyms: Readonly<Record<string, readonly string[]>> = {
  SEGMENT_ALLOWED_SPACES: ['spaces', 'spaceids'],
  SEGMENT_TOOLS: ['allowedtools', 'enabledtools'],
  SEGMENT_ASK: ['askmode'],
  SEGMENT_AUDIT_LOG: ['audit', 'auditfile', 'auditpath'],
  SEGMENT_MCP_AUTH: ['authmode', 'authentication'],
  SEGMENT_MCP_KEYS: ['keysfile', 'keyfile'],
  SEGMENT_MCP_OAUTH_POLICIES: ['oauthpolicy', 'policies', 'policy'],
};

/** Shorter names may be part of any other name. */
const minPartChars = 6;

const all: readonly Setting<unknown>[] = Object.values(settings);
const known = [...all, ...httpSettingList].map(({ env }) => env);
const fencesOf = (list: readonly Setting<unknown>[]) =>
  list.filter(({ restricts }) => restricts).map(({ env }) => env);

/**
 * A sentence for every variable whose name is almost that of a restricting setting: whoever set it
 * relies on a restriction that is not in effect. Settings, unrelated variables and empty ones are
 * ignored.
 *
 * @param servesHttp whether the settings of HTTP may be in effect.
 */
export function misnamedFences(environment: Environment, servesHttp = false): string[] {
  const fences = fencesOf(servesHttp ? [...all, ...httpSettingList] : all);
  return Object.keys(environment).flatMap((name) => {
    if (known.includes(name) || !environment[name]?.trim()) return [];
    const meant = fenceMeantBy(name, fences);
    if (meant === undefined || isOnWindows(name, meant, environment)) return [];
    return [
      `${name} is not a setting: did you mean ${meant}? That setting is a restriction, so nothing starts while this is unclear: rename or unset the variable.`,
    ];
  });
}

function fenceMeantBy(name: string, fences: readonly string[]): string | undefined {
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

/** Whether a name of three or four letters has two letters swapped, or one more after the first. */
function isShortSlip(given: string, meant: string): boolean {
  if (meant.length < 3 || meant.length > 4) return false;
  return [...given].some((letter, index) => {
    const before = given.slice(0, index);
    const swapped = `${before}${given.charAt(index + 1)}${letter}${given.slice(index + 2)}`;
    return swapped === meant || (index > 0 && before + given.slice(index + 1) === meant);
  });
}

/** Platforms that find a variable in whatever case it was set. */
function isOnWindows(name: string, meant: string, environment: Environment): boolean {
  return name.toUpperCase() === meant && environment[meant] === environment[name];
}
