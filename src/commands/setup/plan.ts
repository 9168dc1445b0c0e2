import { ConfigError } from '../../config/config.ts';
import { minTokenChars, settings } from '../../config/settings.ts';
import { type ClientFile, ClientFileError, type Keeping, textOf } from '../clients/client-file.ts';
import { type Entry, entryName, isTable, type ServerStart, startIn } from '../clients/entry.ts';
import { holdsOwnSecret, secretsIn, secretsInText } from '../clients/entry-secrets.ts';
import {
  type Edit,
  editBetween,
  edited,
  editsToDropComments,
  editsToRemove,
  editsToSet,
  newFile,
} from '../clients/json-edits.ts';
import {
  commentsIn,
  commentsInside,
  entriesAt,
  findEntry,
  isSameJson,
  JsonFileError,
  objectsUnder,
  ofClient,
  parseJson,
  toValue,
} from '../clients/json-tree.ts';
import { programIn } from '../clients/program.ts';
import { isEndpoint, remoteIn } from '../clients/remote.ts';
import type { Client } from '../clients/table.ts';
import {
  differentFields,
  type Kept,
  keptFrom,
  lostRestrictions,
  nothingKept,
  notKeptElsewhere,
  type Present,
  withFieldsOf,
} from './kept.ts';
import { notUnderstood } from './older-start.ts';
import { noteOnAdding, noteOnRemoving, otherEntries } from './other-entries.ts';

/**
 * What will happen to a client's file.
 * - `none`: it is already correct.
 * - `write`: it gets this text, by these edits.
 * - `restore`: it gets the bytes of its backup.
 * - `delete`: setup created it for our entry, and it contains nothing else.
 */
export type Plan =
  | (Noted & { kind: 'none' })
  | (Noted & Shown & Keeping & { kind: 'write'; text: string })
  | (Noted & Shown & { kind: 'restore' | 'delete' });

interface Noted {
  /** What stays of an older entry, and what else the user must know, a sentence each. */
  notes: readonly string[];
  /** What must not be shown: the secrets in an older entry of ours. */
  secrets: readonly string[];
  /** The file of the token that the entry names; undefined if it names none. */
  tokenFile?: string | undefined;
}

/** The changed lines to show. */
interface Shown {
  edits: readonly Edit[];
}

/** Our entry in a file. */
interface OwnEntry {
  value: Entry;
  /** How it starts the server; undefined for a server that runs elsewhere. */
  start: ServerStart | undefined;
  /** Why not all of it is understood, to continue a sentence; undefined if all is. */
  unclear: string | undefined;
  /** The URL of a server that runs elsewhere. */
  url: string | undefined;
  secrets: readonly string[];
}

/** The entry to add. */
export interface Addition extends Present {
  /** @param kept of an older entry. @throws {ConfigError} if that does not fit. */
  entryFor(kept: Kept): Entry;
  /** The real path of this program. */
  mainFile: string;
  /** The command that removes the entry. */
  removal: string;
}

/**
 * Plans to add our entry to a client's file. Of an older one its settings stay (see
 * `keptSettings`), the files that it names (see `keptPaths`), and what is not ours.
 *
 * @throws {ClientFileError} with line and column; also for settings that can't stay.
 */
export function planToAdd(file: ClientFile, client: Client, addition: Addition): Plan {
  return ofClient(() => {
    const path = [...client.keys, entryName];
    const own = ownEntry(file.text, path, addition.mainFile);
    const { entry, notes } = own ? replacing(own, addition) : plainly(addition);
    const others = otherEntries(entriesAt(file.text, client.keys, entryName), addition.mainFile);
    const tokenFile = startIn(entry)?.env[settings.tokenFile.env];
    const secrets = own?.secrets ?? [];
    const noted = { notes: [...notes, ...noteOnAdding(others)], secrets, tokenFile };
    const clean = withoutSecretComments(file.text, path, secrets);
    const isCorrect = own && JSON.stringify(own.value) === JSON.stringify(entry);
    if (isCorrect && clean.count === 0) return { kind: 'none', ...noted };
    const changes = editsToSet(clean.text, path, entry);
    const text = edited(clean.text, changes);
    const edits = clean.count === 0 ? changes : [editBetween(file.text, text, clean.from)];
    const isAsMade = own !== undefined && file.text === newFile(path, own.value);
    return {
      ...{ ...noted, kind: 'write', edits },
      notes: [...noted.notes, ...commentsNotKept(clean, text)],
      text: isAsMade ? newFile(path, entry) : text,
      // The backup is the file before our first entry; a later one would contain ours.
      keepsBackup: !(file.backup || file.made) || !(own || mayHoldEntry(file.text)),
      isSecret: secrets.length > 0,
      isTheirs: false,
    };
  });
}

interface NewEntry {
  entry: Entry;
  notes: readonly string[];
}

function plainly({ entryFor }: Addition): NewEntry {
  return { entry: entryFor(nothingKept), notes: [] };
}

/** @throws {ClientFileError} for settings that can't stay. */
function replacing(own: OwnEntry, addition: Addition): NewEntry {
  const { entryFor, removal } = addition;
  const { value, start, unclear } = own;
  if (unclear !== undefined) {
    throw new ClientFileError(
      `has an older entry that ${unclear}. What restricts it could be lost: change it by hand, or first run ${removal}`,
    );
  }
  const plain = entryFor(nothingKept);
  assertNotWider(own, plain, removal);
  const env = startIn(plain)?.env;
  const kept = start && env ? keptFrom({ value, start }, env, addition) : undefined;
  const entry = withFieldsOf(value, fitting(entryFor, kept ?? nothingKept, removal));
  const fields = differentFields(value, plain).map((name) => `"${name}"`);
  const names = [...(kept?.all ?? []), ...fields];
  const notes = [...(kept?.notes ?? []), ...notKeptElsewhere(value, entry)];
  if (names.length === 0) return { entry, notes };
  const first = `Kept from the older entry: ${names.join(', ')}. To drop any of this, edit the file, or run ${removal} first.`;
  return { entry, notes: [first, ...notes] };
}

/** A text without those comments in our entry that hold a secret of it. */
interface Clean {
  text: string;
  /** How many there were. */
  count: number;
  /** Where our entry begins. */
  from: number;
}

function withoutSecretComments(
  text: string,
  path: readonly string[],
  secrets: readonly string[],
): Clean {
  const node = findEntry(text, path);
  if (!node) return { text, count: 0, from: 0 };
  // A shorter one is part of common words.
  const found = secrets.filter((secret) => secret.length >= minTokenChars);
  const edits = editsToDropComments(
    text,
    node,
    (comment) => holdsOwnSecret(comment) || found.some((secret) => comment.includes(secret)),
  );
  return { text: edited(text, edits), count: edits.length, from: node.offset };
}

/** What becomes of the comments in our entry, a sentence each. @param after the text with the new one. */
function commentsNotKept({ text, count }: Clean, after: string): string[] {
  const lost = commentsIn(text).length - commentsIn(after).length;
  return [
    ...(count > 0 ? [`Not kept: ${inNumbers(count)} with a secret.`] : []),
    ...(lost > 0
      ? [
          `Not kept: ${inNumbers(lost)} inside what is removed or replaced. The lines with - show it.`,
        ]
      : []),
  ];
}

function inNumbers(count: number): string {
  return count === 1 ? '1 comment' : `${count} comments`;
}

/** @throws {ClientFileError} if what is kept does not fit the other settings. */
function fitting(entryFor: Addition['entryFor'], kept: Kept, removal: string): Entry {
  try {
    return entryFor(kept);
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    const named = kept.names.length === 0 ? '' : ` (${kept.names.join(', ')})`;
    throw new ClientFileError(
      `has an older entry whose settings${named} do not fit the new ones: ${error.problems.join(' ')} Set these again with the new ones, or first run ${removal}`,
    );
  }
}

/** @throws {ClientFileError} if the new entry would not have what restricts the older one. */
function assertNotWider({ value, url }: OwnEntry, entry: Entry, removal: string): void {
  const lost = lostRestrictions(value, entry);
  if (lost.length === 0) return;
  const isElsewhere = url !== undefined && remoteIn(entry) !== undefined;
  const how = isElsewhere ? 'give a URL with the same parameters' : '';
  throw new ClientFileError(
    `has an older entry with restrictions that the new one would not have (${lost.join(', ')}): ${how && `${how}, or `}first run ${removal}`,
  );
}

/**
 * Plans to remove our entry from a client's file. @throws {ClientFileError} with line and column.
 */
export function planToRemove(file: ClientFile, client: Client, mainFile: string): Plan {
  return ofClient(() => {
    const path = [...client.keys, entryName];
    const own = ownEntry(file.text, path, mainFile);
    const notes = noteOnRemoving(
      otherEntries(entriesAt(file.text, client.keys, entryName), mainFile),
    );
    if (!own) return { kind: 'none', secrets: [], notes };
    const [kept, emptied] = [false, true].map((withEmpty) => {
      const edits = editsToRemove(file.text, path, withEmpty);
      return { edits, text: edited(file.text, edits) };
    });
    if (!kept || !emptied) return { kind: 'none', secrets: own.secrets, notes };
    const before = file.backup && textOf(file.backup);
    const asBefore = [kept, emptied].some(
      ({ text }) => before !== undefined && isSame(text, before),
    );
    const after = goesWithEntry(file, client, kept.text, emptied.text) ? emptied : kept;
    const shown = { edits: after.edits, secrets: own.secrets, notes };
    if (asBefore) return { kind: 'restore', ...shown };
    const isBare = isSame(emptied.text, '') && commentsIn(file.text).length === 0;
    if (file.made && isBare) return { kind: 'delete', ...shown };
    // Of an entry that setup did not write, there would be no other copy.
    const keepsBackup = !(file.backup || file.made);
    const isTheirs = !mayHoldEntry(after.text);
    const keeping = { keepsBackup, isSecret: own.secrets.length > 0, isTheirs };
    return { kind: 'write', ...shown, ...keeping, text: after.text };
  });
}

/** Whether a text may have our entry for another client, which lists servers elsewhere in the same file. */
function mayHoldEntry(text: string): boolean {
  return objectsUnder(entryName, parseJson(text)).length > 0;
}

/**
 * Whether the object around our entry goes with it if nothing else is in it: setup added that, too. A
 * comment keeps it.
 *
 * @param kept the text without our entry. @param emptied the same without what is around it.
 */
function goesWithEntry(
  { made, backup }: ClientFile,
  { keys }: Client,
  kept: string,
  emptied: string,
): boolean {
  if (commentsIn(kept).length !== commentsIn(emptied).length) return false;
  return made !== undefined || (backup !== undefined && !hasAt(textOf(backup), keys));
}

/** Whether something is at a path of keys, or may be, in a text that can't be read. */
function hasAt(text: string, path: readonly string[]): boolean {
  try {
    return findEntry(text, path) !== undefined;
  } catch (error) {
    if (error instanceof JsonFileError) return true;
    throw error;
  }
}

/** Whether a text has the same JSON and comments as a backup; one that is not JSON is different. */
function isSame(text: string, backup: string): boolean {
  try {
    if (!isSameJson(text, backup)) return false;
    return JSON.stringify(commentsIn(text)) === JSON.stringify(commentsIn(backup));
  } catch (error) {
    if (error instanceof JsonFileError) return false;
    throw error;
  }
}

/** The entry with our name. @throws {ClientFileError} if it is another program's. */
function ownEntry(text: string, path: readonly string[], mainFile: string): OwnEntry | undefined {
  const node = findEntry(text, path);
  if (!node) return undefined;
  const found = toValue(node);
  const value = isTable(found) ? found : {};
  const start = startIn(value);
  const secrets = [...secretsIn(value), ...commentsInside(text, node).flatMap(secretsInText)];
  const program = start && programIn(start, mainFile, entryName);
  if (start && program !== undefined) {
    const unclear = notUnderstood(start, program, mainFile);
    return { value, start, unclear, url: undefined, secrets };
  }
  const remote = remoteIn(value);
  if (!start && remote && isEndpoint(remote.url)) {
    return { value, start: undefined, unclear: undefined, url: remote.url, secrets };
  }
  throw new JsonFileError(
    `has an entry "${entryName}" that does not start this program: rename or remove it`,
    text,
    node.offset,
  );
}
