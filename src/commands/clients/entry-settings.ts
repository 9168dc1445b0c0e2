import { Given } from '../../config/given.ts';
import { type Setting, settings } from '../../config/settings.ts';
import type { ServerStart } from './entry.ts';

/** A setting of the server in an entry of a client's file. */
export interface EntrySetting {
  setting: Setting<unknown>;
  /** As a flag would have it. */
  value: string | true;
  /** As the entry has it: a flag with its dashes, or a variable. */
  name: string;
}

const all: readonly Setting<unknown>[] = Object.values(settings);

/** The settings with a flag in an entry, by flags or variables; flags win. */
export function settingsIn({ args, env }: Pick<ServerStart, 'args' | 'env'>): EntrySetting[] {
  return all.flatMap((setting) => {
    const { flag } = setting;
    if (flag === undefined) return [];
    const value = flagIn(args, flag, setting.argument !== undefined);
    if (value !== undefined) return [{ setting, value, name: `--${flag}` }];
    const text = env[setting.env]?.trim();
    return text ? [{ setting, value: text, name: setting.env }] : [];
  });
}

/** The settings in an entry that restrict what the server may do. */
export function restrictionsIn(start: Pick<ServerStart, 'args' | 'env'>): EntrySetting[] {
  return settingsIn(start).filter(({ setting, value }) => {
    const { restricts, flag } = setting;
    if (!restricts || flag === undefined) return false;
    // One that is turned off restricts nothing; one that can't be read is for the server to refuse.
    return new Given({ [flag]: value }, {}).read(setting) !== false;
  });
}

/** The value of a flag in its last place; an empty one if it is missing. */
function flagIn(args: readonly string[], flag: string, takesValue: boolean) {
  const at = args.findLastIndex((each) => each === `--${flag}` || each.startsWith(`--${flag}=`));
  const word = args[at];
  if (word === undefined) return undefined;
  if (word.includes('=')) return word.slice(flag.length + 3);
  return takesValue ? (args[at + 1] ?? '') : true;
}
