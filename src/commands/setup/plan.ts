import { settings } from '../../config/settings.ts';
import { type ClientFile, ClientFileError, textOf } from '../clients/client-file.ts';
import { type Entry, entryName, isOurs, startIn } from '../clients/entry.ts';
import {
  type Edit,
  edited,
  editsToRemove,
  editsToSet,
  findEntry,
  isSameJson,
  JsonFileError,
  newFile,
  toValue,
} from '../clients/json-file.ts';
import { isEndpoint, remoteIn } from '../clients/remote.ts';
import type { Client } from '../clients/table.ts';

/**
 * What will happen to a client's file.
 * - `none`: it is already correct.
 * - `write`: it gets this text, by these edits.
 * - `restore`: it gets the bytes of its backup.
 * - `delete`: it was created for our entry, and contains nothing else.
 */
export type Plan =
  | { kind: 'none' }
  | (Shown & { kind: 'write'; text: string; keepsBackup: boolean })
  | (Shown & { kind: 'restore' | 'delete' });

/** The changed lines to show. */
interface Shown {
  edits: readonly Edit[];
  /** What must not be shown: the secrets in an older entry of ours. */
  secrets: readonly string[];
}

const secretNames = Object.values(settings).flatMap((setting) =>
  'secret' in setting ? [setting.env] : [],
);

/** Our entry in a file. */
interface OwnEntry {
  value: unknown;
  secrets: readonly string[];
}

/**
 * Plans to add our entry to a client's file, replacing an older one.
 *
 * @param mainFile the real path of this program. @throws {ClientFileError} with line and column.
 */
export function planToAdd(file: ClientFile, client: Client, entry: Entry, mainFile: string): Plan {
  return explained(() => {
    const path = [...client.keys, entryName];
    const own = ownEntry(file.text, path, mainFile);
    if (own && JSON.stringify(own.value) === JSON.stringify(entry)) return { kind: 'none' };
    const edits = editsToSet(file.text, path, entry);
    const isMadeHere = own !== undefined && file.text === newFile(path, own.value);
    const text = isMadeHere ? newFile(path, entry) : edited(file.text, edits);
    // The backup is the file before our first entry; a later one would contain ours.
    const keepsBackup = !own || (!file.backup && !isMadeHere);
    return { kind: 'write', text, edits, keepsBackup, secrets: own?.secrets ?? [] };
  });
}

/**
 * Plans to remove our entry from a client's file. @throws {ClientFileError} with line and column.
 */
export function planToRemove(file: ClientFile, client: Client, mainFile: string): Plan {
  return explained(() => {
    const path = [...client.keys, entryName];
    const own = ownEntry(file.text, path, mainFile);
    if (!own) return { kind: 'none' };
    const [kept, emptied] = [false, true].map((withEmpty) => {
      const edits = editsToRemove(file.text, path, withEmpty);
      return { edits, text: edited(file.text, edits) };
    });
    if (!kept || !emptied) return { kind: 'none' };
    const before = file.backup && textOf(file.backup);
    const asBefore = [kept, emptied].some(
      ({ text }) => before !== undefined && isSame(text, before),
    );
    const shown = { edits: kept.edits, secrets: own.secrets };
    if (asBefore) return { kind: 'restore', ...shown };
    if (file.text === newFile(path, own.value)) return { kind: 'delete', ...shown };
    return { kind: 'write', ...shown, text: kept.text, keepsBackup: false };
  });
}

/** A backup that is not JSON is not what the file would be. */
function isSame(text: string, backup: string): boolean {
  try {
    return isSameJson(text, backup);
  } catch (error) {
    if (error instanceof JsonFileError) return false;
    throw error;
  }
}

/** The entry with our name. @throws {ClientFileError} if it is another program's. */
function ownEntry(text: string, path: readonly string[], mainFile: string): OwnEntry | undefined {
  const node = findEntry(text, path);
  if (!node) return undefined;
  const value = toValue(node);
  const start = startIn(value);
  if (start && isOurs(start, mainFile, entryName)) {
    return { value, secrets: secretNames.flatMap((name) => start.env[name] ?? []) };
  }
  const remote = remoteIn(value);
  if (!start && remote && isEndpoint(remote.url)) return { value, secrets: remote.secrets };
  throw new JsonFileError(
    `has an entry "${entryName}" that does not start this program: rename or remove it`,
    text,
    node.offset,
  );
}

function explained<Result>(act: () => Result): Result {
  try {
    return act();
  } catch (error) {
    if (!(error instanceof JsonFileError)) throw error;
    const { message, line, column } = error;
    const place = line === undefined ? '' : ` (line ${line}, column ${column})`;
    throw new ClientFileError(`${message}${place}`);
  }
}
