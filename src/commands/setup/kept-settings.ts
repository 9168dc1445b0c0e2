import type { Flags } from '../../config/config.ts';
import { Given } from '../../config/given.ts';
import { type Setting, settings } from '../../config/settings.ts';
import { sandboxSpaces } from '../../sandbox/spaces.ts';
import type { ServerStart } from '../clients/entry.ts';
import { type EntrySetting, restrictionsIn, settingsIn } from '../clients/entry-settings.ts';
import type { Place } from '../clients/place.ts';

/*
 * The settings with a flag of an older entry. The rule, which docs/setup.md states: all stay unless the user
 * sets the same one now, so that the token goes where it went before, and the sandbox stays a sandbox.
 */

/** What becomes of them. */
export interface KeptSettings {
  kept: readonly EntrySetting[];
  /** What does not stay, and why, a sentence each; without values, which may be misplaced secrets. */
  notes: readonly string[];
}

/** What the user gives now. */
interface GivenNow {
  flags: Flags;
  place: Place;
}

/** Settings that say where the token goes: with one of them, the other one of before does not count. */
const targets: readonly Setting<unknown>[] = [settings.region, settings.apiUrl];
const isSandboxSpace = (id: unknown) => sandboxSpaces.some((space) => space.id === id);

export function keptSettings(start: ServerStart, now: GivenNow): KeptSettings {
  const restrictions = new Set(restrictionsIn(start).map(({ setting }) => setting));
  const given = settingsIn(start).filter((each) => readAs(each) !== false);
  const wasSandbox = given.some(({ setting }) => setting === settings.sandbox);
  const isNow = new Given(now.flags, now.place.environment).read(settings.sandbox);
  const isSandbox = isNow ?? (wasSandbox && forWorkspace(now) === undefined);
  const kept: EntrySetting[] = [];
  const notes: string[] = [];
  for (const each of given) {
    // The environment does not lift a restriction.
    const why = restrictions.has(each.setting)
      ? setHere([each.setting], { ...now, place: { ...now.place, environment: {} } })
      : whyDropped(each, isSandbox, now);
    if (why === undefined) kept.push(each);
    else if (!isSameNow(each, now)) notes.push(`Not kept: ${each.name}, because ${why}.`);
  }
  return { kept, notes };
}

/** Why a setting that restricts nothing does not stay, to follow "because"; undefined if it does. */
function whyDropped(each: EntrySetting, isSandbox: boolean, now: GivenNow): string | undefined {
  const { setting } = each;
  const same = targets.includes(setting) ? targets : [setting];
  const here = setHere(same, now);
  if (here !== undefined) return here;
  if (setting === settings.sandbox) return forWorkspace(now);
  if (isSandbox && targets.includes(setting)) return 'the sandbox has none';
  if (setting === settings.space && isSandboxSpace(each.value) !== isSandbox) {
    return isSandbox ? 'the sandbox does not have that space' : 'only the sandbox has that space';
  }
  return problemWith(each);
}

/** What of some settings the user sets now, to follow "because"; undefined if nothing. */
function setHere(
  some: readonly Setting<unknown>[],
  { flags, place }: GivenNow,
): string | undefined {
  for (const setting of some) {
    const { flag, env, shared } = setting;
    if (flag !== undefined && flags[flag] !== undefined) return `--${flag} is set here`;
    const isGiven = !shared && new Given({}, place.environment).read(setting) !== undefined;
    if (isGiven) return `${env} is set here`;
  }
  return undefined;
}

/** What of what the user gives now only a real workspace has, to follow "because". */
function forWorkspace(now: GivenNow): string | undefined {
  const { flags, place } = now;
  const byFlag = [...targets, settings.space, settings.allowedSpaces].filter(
    ({ flag = '' }) => !isSandboxSpace(flags[flag]),
  );
  return (
    setHere([settings.token, settings.tokenFile], now) ??
    setHere(byFlag, { flags, place: { ...place, environment: {} } })
  );
}

/** Whether the user sets the same value now, so that nothing is lost. */
function isSameNow({ setting, value }: EntrySetting, { flags, place }: GivenNow): boolean {
  const now = flags[setting.flag ?? ''] ?? place.environment[setting.env];
  return String(now).trim() === String(value).trim();
}

function readAs({ setting, value }: EntrySetting): unknown {
  return new Given({ [setting.flag ?? '']: value }, {}).read(setting);
}

function problemWith({ setting, value }: EntrySetting): string | undefined {
  const given = new Given({ [setting.flag ?? '']: value }, {});
  if (given.read(setting) !== undefined) return undefined;
  const [problem] = given.problems;
  return problem === undefined ? 'only the client knows its value' : problem.replace(/\.$/, '');
}
