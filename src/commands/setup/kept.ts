import type { Flags } from '../../config/config.ts';
import { httpSettings } from '../../config/http-settings.ts';
import { settings } from '../../config/settings.ts';
import { type Entry, type ServerStart, startIn } from '../clients/entry.ts';
import { restrictionsIn } from '../clients/entry-settings.ts';

/** What stays of an older entry of ours that setup replaces. */
export interface Kept {
  /** Restrictions, unless the command line sets the same ones. */
  flags: Flags;
  /** Variables that are not settings of this program. */
  env: ServerStart['env'];
  /** The names of these restrictions, as the older entry has them. */
  names: readonly string[];
}

export const nothingKept: Kept = { flags: {}, env: {}, names: [] };

const ownVariables = new Set(
  [...Object.values(settings), ...Object.values(httpSettings)].map(({ env }) => env),
);

/** @param flags those of the command line. */
export function keptFrom(old: ServerStart, flags: Flags): Kept {
  const restrictions = restrictionsIn(old).filter(
    ({ setting: { flag = '' } }) => flags[flag] === undefined,
  );
  return {
    flags: Object.fromEntries(restrictions.map(({ setting, value }) => [setting.flag, value])),
    env: Object.fromEntries(Object.entries(old.env).filter(([name]) => !ownVariables.has(name))),
    names: restrictions.map(({ name }) => name),
  };
}

/** The fields of an entry, in all clients' forms, that say which server it is for. */
const ownFields = new Set([
  ...['type', 'name', 'command', 'cmd', 'args', 'env', 'environment', 'envs'],
  ...['url', 'serverUrl', 'httpUrl', 'uri', 'headers'],
]);

/** Our new entry with the client's own fields of the old one, in the order of the old one. */
export function withFieldsOf(old: Entry, entry: Entry): Entry {
  // What goes with a server elsewhere, such as its login, is not for one that a client starts.
  const isOfOneKind = (startIn(old) === undefined) === (startIn(entry) === undefined);
  const theirs = Object.entries(old).filter(
    ([field, value]) => !ownFields.has(field) && (isOfOneKind || typeof value !== 'object'),
  );
  return inOrderOf(old, { ...entry, ...Object.fromEntries(theirs) });
}

/** The client's own fields whose values setup would have set differently, or not at all. */
export function differentFields(old: Entry, entry: Entry): string[] {
  return Object.keys(old).filter(
    (field) => !ownFields.has(field) && JSON.stringify(old[field]) !== JSON.stringify(entry[field]),
  );
}

/** An object with its keys in the order of another one, and new ones last. */
function inOrderOf<Value>(
  old: Readonly<Record<string, unknown>>,
  now: Readonly<Record<string, Value>>,
): Record<string, Value> {
  const keys = [...Object.keys(old).filter((key) => Object.hasOwn(now, key)), ...Object.keys(now)];
  return Object.fromEntries(
    [...new Set(keys)].flatMap((key) => {
      const value = now[key];
      return value === undefined ? [] : [[key, value] as const];
    }),
  );
}
