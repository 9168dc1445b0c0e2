import type { Flags } from '../../config/config.ts';
import { httpSettings } from '../../config/http-settings.ts';
import { settings } from '../../config/settings.ts';
import { slipIn } from '../../config/slips.ts';
import { auditToStdout, replicaPlaceholder } from '../../safety/audit-path.ts';
import { type Entry, isTable, type ServerStart, startIn } from '../clients/entry.ts';
import { type EntrySetting, restrictionsIn, settingsIn } from '../clients/entry-settings.ts';
import { isEndpoint, remoteIn } from '../clients/remote.ts';
import {
  keptPaths,
  notChecked,
  type OlderEntry,
  type PathMachine,
  whereItLeads,
} from './kept-paths.ts';
import { keptSettings } from './kept-settings.ts';

/** What stays of an older entry of ours that setup replaces. */
export interface Kept {
  /** Settings with a flag. */
  flags: Flags;
  /** Of these, those with a path that only the client can resolve. */
  asWritten: readonly string[];
  /** Variables that are not settings of this program. */
  env: ServerStart['env'];
  /** The files and the folder that settings without a flag name. */
  paths: ServerStart['env'];
  /** The names of these settings, as the older entry has them. */
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
  const { kept, notes } = keptSettings(old.start, { flags, place: machine.place });
  const all = kept.map((each): KeptSetting => {
    return each.setting === settings.auditLog ? auditLogOf(each, old, machine) : each;
  });
  const asWritten = all.filter(({ isUnknown }) => isUnknown);
  const isSandbox = all.some(({ setting }) => setting === settings.sandbox);
  const { [settings.tokenFile.env]: _, ...withoutToken } = plain;
  const paths = keptPaths(old, isSandbox ? withoutToken : plain, machine, replacedTokens);
  const env = Object.entries(old.start.env).filter(([name]) => !ownVariables.has(name));
  const names = all.map(({ name }) => name);
  return {
    flags: Object.fromEntries(all.map(({ setting, value }) => [setting.flag, value])),
    asWritten: asWritten.map(({ setting: { flag = '' } }) => flag),
    env: Object.fromEntries(env),
    paths: paths.env,
    names,
    all: [...names, ...paths.names, ...env.map(([name]) => `"${name}"`)],
    notes: [
      ...notes,
      ...notForClients(old.start),
      ...asWritten.map(({ name, value }) => notChecked(name, String(value))),
      ...paths.notes,
    ],
  };
}

/** Settings that only a server for others has. */
function notForClients({ env }: ServerStart): string[] {
  const names = Object.values(httpSettings).map(({ env: name }) => name);
  const own: readonly string[] = Object.values(settings).map(({ env: name }) => name);
  return names
    .filter((name) => env[name]?.trim() && !own.includes(name))
    .map((name) => `Not kept: ${name}, because it is for serving over HTTP.`);
}

/** What a new entry lacks where it is for a server elsewhere or the older one was, a sentence each. */
export function notKeptElsewhere(old: Entry, entry: Entry): string[] {
  const [start, next] = [startIn(old), startIn(entry)];
  const sentences: string[] = [];
  const given = isTable(entry.headers) ? entry.headers : {};
  const headers = Object.entries(isTable(old.headers) ? old.headers : {})
    .filter(([name, value]) => given[name] !== value)
    .map(([name]) => `the header "${name}"`);
  if (headers.length > 0) {
    sentences.push(
      `Not kept: ${headers.join(', ')}, because setup writes only the headers that it needs.`,
    );
  }
  if ((start === undefined) === (next === undefined)) return sentences;
  const fields = Object.keys(old).filter((name) => !ownFields.has(name) && !(name in entry));
  const ofStart = start
    ? [
        ...settingsIn(start).map(({ name }) => name),
        ...Object.keys(start.env).map((name) => `"${name}"`),
      ]
    : [];
  const lost = [...new Set([...ofStart, ...fields.map((name) => `"${name}"`)])];
  const where = start ? 'that the client starts' : 'that runs elsewhere';
  if (lost.length > 0) {
    sentences.push(`Not kept: ${lost.join(', ')}, because that is for a server ${where}.`);
  }
  return sentences;
}

/**
 * The restrictions of an older entry that a new one lacks where one of them is for a server elsewhere, which
 * does not know the flags of an entry; another URL does not know what the old one gave up.
 */
export function lostRestrictions(old: Entry, entry: Entry): string[] {
  const start = startIn(old);
  const next = remoteIn(entry)?.url;
  const flags = start && next !== undefined ? restrictionsIn(start).map(({ name }) => name) : [];
  const queryOf = (url = '') => (isEndpoint(url) ? [...new URL(url).searchParams.keys()] : []);
  const given = queryOf(next);
  const former = start ? undefined : remoteIn(old)?.url;
  return [...flags, ...queryOf(former).filter((name) => !given.includes(name))];
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
