import { chown, readFile, realpath, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { BrokenFile } from '../access/file-text.ts';
import {
  formatKeysFile,
  hashOfKey,
  type KeyEntry,
  newKey,
  parseKeysFile,
  statusOf,
} from '../access/keys-file.ts';
import { policyFromFlags } from '../access/policy-words.ts';
import { ConfigError, type Environment, type Flags } from '../config/config.ts';
import { Given } from '../config/given.ts';
import { httpSettings } from '../config/http-settings.ts';
import { slipIn } from '../config/slips.ts';
import { decodeText } from '../text/decode-text.ts';
import { systemReason } from '../text/system-reason.ts';
import { visible } from '../text/visible.ts';
import type { KeyAction } from '../usage.ts';
import { replaceFile } from './replace-file.ts';

/** What the command line asks for. */
export interface KeysCommand {
  action: KeyAction;
  /** The id of the key to revoke. */
  id: string | undefined;
  flags: Flags;
}

export interface KeysMachine {
  environment: Environment;
  /** Milliseconds since the epoch. */
  now: () => number;
  /** Unpredictable bytes. */
  randomBytes: (count: number) => Uint8Array;
}

/** Where the output goes. */
export interface KeysOutput {
  /** To stdout. */
  write: (text: string) => void;
  /** To stderr. */
  writeAside: (text: string) => void;
}

/**
 * Adds, lists or revokes keys.
 *
 * @throws {ConfigError} if it can't be done; the file is unchanged then.
 */
export async function runKeys(
  { action, id, flags }: KeysCommand,
  machine: KeysMachine,
  output: KeysOutput,
): Promise<void> {
  const given = new Given(flags, machine.environment);
  const path = given.read(httpSettings.keys);
  if (path === undefined && given.problems.length === 0) {
    given.problems.push('--keys FILE (SEGMENT_MCP_KEYS) is missing: it names the file of keys.');
  }
  const wanted = action === 'add' ? readWanted(given, machine) : undefined;
  if (given.problems.length > 0 || path === undefined) throw new ConfigError(given.problems);
  if (wanted) return await add(path, wanted, machine, output);
  if (id !== undefined) return await revoke(path, id, machine, output);
  const keys = parsed((await readFileOf(path)) ?? noFile());
  const rows = keys.map(({ hash, ...key }) => ({ ...key, status: statusOf(key, machine.now()) }));
  output.write(flags.json === true ? `${JSON.stringify(rows, undefined, 2)}\n` : table(rows));
}

/** What a new key is to be. */
interface Wanted {
  owner: string;
  expiresAt: string | undefined;
  policy: KeyEntry['policy'];
}

function readWanted({ flags, problems }: Given, { now }: KeysMachine): Wanted {
  const owner = typeof flags.owner === 'string' ? flags.owner.trim() : '';
  const slip = slipIn(owner);
  if (owner === '') problems.push('--owner NAME is missing: it says whose key it is.');
  else if (slip) problems.push(`--owner ${slip.what}.`);
  else if (owner.length > maxOwnerChars || visible(owner) !== owner) {
    problems.push(`--owner must have at most ${maxOwnerChars} characters, all of them visible.`);
  }
  const expiry = flags.expires === undefined ? undefined : expiryOf(flags.expires, now());
  if (flags.expires !== undefined && expiry === undefined) {
    problems.push('--expires must be a number of days, as in 90d, or a date, as in 2030-01-31.');
  } else if (expiry !== undefined && expiry <= now()) {
    problems.push('--expires must be in the future.');
  }
  const { policy, problems: others } = policyFromFlags(flags);
  problems.push(...others);
  const expiresAt = expiry === undefined ? undefined : new Date(expiry).toISOString();
  return { owner, expiresAt, policy };
}

const maxOwnerChars = 200;
const dayMs = 86_400_000;

/** @returns milliseconds since the epoch; undefined if it is not a time. */
function expiryOf(given: string | boolean, now: number): number | undefined {
  const text = String(given).trim();
  const [, days] = /^([1-9]\d{0,3})d$/i.exec(text) ?? [];
  if (days !== undefined) return now + Number(days) * dayMs;
  if (!/^\d{4}-\d\d-\d\d(?:T\d\d:\d\d(?::\d\d)?(?:Z|[+-]\d\d:\d\d))?$/.test(text)) return undefined;
  const time = Date.parse(text);
  if (Number.isNaN(time)) return undefined;
  // Date.parse takes the 31st of February for a day in March.
  const day = text.slice(0, 10);
  return new Date(Date.parse(day)).toISOString().startsWith(day) ? time : undefined;
}

async function add(
  path: string,
  wanted: Wanted,
  { now, randomBytes }: KeysMachine,
  { write, writeAside }: KeysOutput,
): Promise<void> {
  const { owner, expiresAt, policy } = wanted;
  const key = newKey(randomBytes);
  const id = `key-${Buffer.from(randomBytes(6)).toString('hex')}`;
  const createdAt = new Date(now()).toISOString();
  const entry: KeyEntry = {
    id,
    hash: hashOfKey(key),
    owner,
    createdAt,
    ...(expiresAt !== undefined && { expiresAt }),
    policy,
  };
  await rewrite(path, (keys) => [...keys, entry]);
  write(`${key}\n`);
  const end = expiresAt === undefined ? 'It does not expire' : `It expires at ${expiresAt}`;
  writeAside(
    `Added ${id} for ${owner}. ${end}. The key is not shown again: the file holds only its hash.\n`,
  );
}

async function revoke(
  path: string,
  id: string,
  { now }: KeysMachine,
  { writeAside }: KeysOutput,
): Promise<void> {
  const revokedAt = new Date(now()).toISOString();
  let revokedBefore: string | undefined;
  await rewrite(path, (keys, isThere) => {
    if (!isThere) noFile();
    const key = keys.find((each) => each.id === id);
    // The word is not repeated: it may be a key.
    if (!key) throw new ConfigError(['There is no key with this id; see keys list.']);
    revokedBefore = key.revokedAt;
    if (revokedBefore !== undefined) return undefined;
    return keys.map((each) => (each === key ? { ...key, revokedAt } : each));
  });
  writeAside(
    revokedBefore === undefined
      ? `Revoked ${id}. Running servers refuse it within five seconds.\n`
      : `${id} was already revoked at ${revokedBefore}.\n`,
  );
}

/** How often a change is retried because somebody else has changed the file in the meantime. */
const maxTries = 5;

/** @param change returns undefined if there is nothing to change. @throws {ConfigError} */
async function rewrite(
  path: string,
  change: (keys: readonly KeyEntry[], isThere: boolean) => readonly KeyEntry[] | undefined,
): Promise<void> {
  for (let tries = 0; tries < maxTries; tries += 1) {
    const before = await readFileOf(path);
    const changed = change(before === undefined ? [] : parsed(before), before !== undefined);
    if (!changed) return;
    if ((await readFileOf(path)) !== before) continue;
    try {
      await replace(path, formatKeysFile(changed));
    } catch (error) {
      throw new ConfigError([
        `--keys names a file that can't be written (${systemReason(error)}). Nothing was changed.`,
      ]);
    }
    return;
  }
  throw new ConfigError(['Other processes keep changing the file of --keys. Nothing was changed.']);
}

/** Replaces the content, and keeps permissions and owner; a new file is readable by its owner only. */
async function replace(path: string, content: string): Promise<void> {
  const stats = await stat(path).catch(() => undefined);
  // A link would be replaced by a file.
  const target = stats ? await realpath(path) : join(await realpath(dirname(path)), basename(path));
  await replaceFile(target, content, stats ? stats.mode & 0o777 : 0o600);
  // Of a server's own file, which an administrator changes.
  if (stats && stats.uid !== process.getuid?.()) {
    await chown(target, stats.uid, stats.gid).catch(() => {});
  }
}

/** @returns undefined if there is no file. @throws {ConfigError} if it can't be read. */
async function readFileOf(path: string): Promise<string | undefined> {
  try {
    return decodeText(await readFile(path));
  } catch (error) {
    const reason = systemReason(error);
    if (reason === 'ENOENT') return undefined;
    throw new ConfigError([`--keys names a file that can't be read (${reason}).`]);
  }
}

function noFile(): never {
  throw new ConfigError(["--keys names a file that can't be read (ENOENT)."]);
}

function parsed(text: string): readonly KeyEntry[] {
  try {
    return parseKeysFile(text);
  } catch (error) {
    if (!(error instanceof BrokenFile)) throw error;
    throw new ConfigError(error.problems.map((problem) => `--keys: ${problem}`));
  }
}

function table(rows: readonly (Omit<KeyEntry, 'hash'> & { status: string })[]): string {
  if (rows.length === 0) return 'There are no keys.\n';
  const heading = ['ID', 'STATUS', 'OWNER', 'CREATED', 'EXPIRES', 'POLICY'];
  const lines = rows.map(({ id, status, owner, createdAt, expiresAt, policy }) => [
    ...[id, status, visible(owner), createdAt.slice(0, 10), expiresAt?.slice(0, 10) ?? 'never'],
    visible(JSON.stringify(policy)),
  ]);
  const all = [heading, ...lines];
  const widths = heading.map((_, column) =>
    Math.max(...all.map((line) => line[column]?.length ?? 0)),
  );
  return all
    .map(
      (line) =>
        `${line
          .map((cell, column) => cell.padEnd(widths[column] ?? 0))
          .join('  ')
          .trimEnd()}\n`,
    )
    .join('');
}
