import type { Flags } from '../../config/config.ts';
import { httpSettings } from '../../config/http-settings.ts';
import { settings } from '../../config/settings.ts';
import { slipIn } from '../../config/slips.ts';
import { auditToStdout, replicaPlaceholder } from '../../safety/audit-path.ts';
import { type Entry, isTable, type ServerStart, startIn } from '../clients/entry.ts';
import { type EntrySetting, restrictionsIn } from '../clients/entry-settings.ts';
import {
  keptPaths,
  notChecked,
  type OlderEntry,
  type PathMachine,
  whereItLeads,
} from './kept-paths.ts';

/** What stays of an older entry of ours that setup replaces. */
export interface Kept {
  /** Restrictions, unless the command line sets the same ones. */
  flags: Flags;
  /** Of these, those with a path that only the client can resolve. */
  asWritten: readonly string[];
  /** Variables that are not settings of this program. */
  env: ServerStart['env'];
  /** The files and the folder that settings without a flag name. */
  paths: ServerStart['env'];
  /** The names of the restrictions, as the older entry has them. */
  names: readonly string[];
}

export const nothingKept: Kept = { flags: {}, asWritten: [], env: {}, paths: {}, names: [] };

/** The same in words. */
export interface KeptInWords extends Kept {
  /** Everything that stays, and is not a field of the client. */
  all: readonly string[];
  /** What does not stay, or could not be checked, a sentence each. */
  notes: readonly string[];
}

const ownVariables = new Set(
  [...Object.values(settings), ...Object.values(httpSettings)].map(({ env }) => env),
);

/** What counts instead of what an older entry has. */
export interface Present {
  /** The flags of the command line. */
  flags: Flags;
  machine: PathMachine;
  /** The files of tokens in place of which the user gives another one. */
  replacedTokens?: readonly string[];
}

/** @param plain the variables of the new entry if nothing is kept. */
export function keptFrom(
  old: OlderEntry,
  plain: ServerStart['env'],
  { flags, machine, replacedTokens }: Present,
): KeptInWords {
  const restrictions = restrictionsIn(old.start)
    .filter(({ setting: { flag = '' } }) => flags[flag] === undefined)
    .map((each): KeptSetting => {
      return each.setting === settings.auditLog ? auditLogOf(each, old, machine) : each;
    });
  const asWritten = restrictions.filter(({ isUnknown }) => isUnknown);
  const paths = keptPaths(old, plain, machine, replacedTokens);
  const env = Object.entries(old.start.env).filter(([name]) => !ownVariables.has(name));
  const names = restrictions.map(({ name }) => name);
  return {
    flags: Object.fromEntries(restrictions.map(({ setting, value }) => [setting.flag, value])),
    asWritten: asWritten.map(({ setting: { flag = '' } }) => flag),
    env: Object.fromEntries(env),
    paths: paths.env,
    names,
    all: [...names, ...paths.names, ...env.map(([name]) => `"${name}"`)],
    notes: [...asWritten.map(({ name, value }) => notChecked(name, String(value))), ...paths.notes],
  };
}

interface KeptSetting extends EntrySetting {
  /** Whether only the client knows where its path leads. */
  isUnknown?: boolean;
}

/** The audit log of an older entry, whose path depends on where the client starts the server. */
function auditLogOf(given: EntrySetting, old: OlderEntry, { place }: PathMachine): KeptSetting {
  const value = String(given.value).trim();
  // What the server refuses must not stay.
  const isWrong =
    slipIn(value.replaceAll(replicaPlaceholder, 'x')) !== undefined ||
    value === auditToStdout ||
    value.includes(replicaPlaceholder);
  if (isWrong) return given;
  const path = whereItLeads(value, old.value, place);
  return path === undefined ? { ...given, value, isUnknown: true } : { ...given, value: path };
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
  const fields = Object.entries({ ...entry, ...Object.fromEntries(theirs) });
  return inOrderOf(
    old,
    Object.fromEntries(fields.map(([field, value]) => [field, inOrderWithin(old[field], value)])),
  );
}

function inOrderWithin(old: unknown, value: unknown): unknown {
  return isTable(old) && isTable(value) ? inOrderOf(old, value) : value;
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
