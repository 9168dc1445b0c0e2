import * as z from 'zod';
import { ClientFileError } from './client-file.ts';
import { isTooDeep, tooDeep } from './depth.ts';
import type { Client } from './table.ts';

/*
 * Finds the servers in a TOML or YAML file. Such files are only read: setup prints what belongs in them. The
 * parsers' own messages are not passed on: they quote the line, which may contain a secret.
 */

/**
 * The longest text that is parsed, in characters. The YAML parser compares every key of a map with all
 * others, and every alias with all anchors: at this length, that takes a few seconds at worst.
 */
export const maxTextChars = 100_000;

/** How often aliases may multiply what they stand for: a few lines can stand for billions of values. */
const maxAliasCount = 100;

/**
 * The servers that a text lists, by their names; none if they are not where the client looks for them.
 *
 * @throws {ClientFileError} if the text can't be parsed, or has more than `maxTextChars`.
 */
export async function serversInText(
  text: string,
  client: Client,
): Promise<[name: string, entry: unknown][]> {
  if (text.length > maxTextChars) {
    throw new ClientFileError(`has more than ${maxTextChars} characters, and was not read`);
  }
  const root = await (client.format === 'toml' ? valueOfToml(text) : valueOfYaml(text));
  assertNotTooDeep(() => root);
  const servers = client.keys.reduce(valueAt, root);
  return client.isList
    ? inList(servers)
    : Object.entries(tableSchema.safeParse(servers).data ?? {});
}

const tableSchema = z.record(z.string(), z.unknown());

function valueAt(table: unknown, key: string): unknown {
  return tableSchema.safeParse(table).data?.[key];
}

function inList(servers: unknown): [name: string, entry: unknown][] {
  const { data = [] } = z.array(z.unknown()).safeParse(servers);
  return data.map((server) => [String(valueAt(server, 'name')), server]);
}

/**
 * Of YAML, its tokens are looked at first: while it is parsed, an overflow of the stack can end the process.
 *
 * @throws {ClientFileError}
 */
function assertNotTooDeep(read: () => unknown): void {
  try {
    if (!isTooDeep(read(), partsOf)) return;
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
  }
  throw new ClientFileError(tooDeep);
}

function partsOf(value: unknown): readonly unknown[] {
  return typeof value === 'object' && value !== null ? Object.values(value) : [];
}

async function valueOfToml(text: string): Promise<unknown> {
  const { parse, TomlError } = await import('smol-toml');
  try {
    // Otherwise, it refuses files with integers that are not safe as numbers in JavaScript.
    return parse(text, { integersAsBigInt: 'asNeeded' });
  } catch (error) {
    if (!(error instanceof TomlError)) throw error;
    throw new ClientFileError('is not valid TOML', error.line, error.column);
  }
}

async function valueOfYaml(text: string): Promise<unknown> {
  const { Parser, parseDocument } = await import('yaml');
  assertNotTooDeep(() => [...new Parser().parse(text)]);
  // At the default level, it writes warnings to stderr.
  const document = parseDocument(text, { logLevel: 'error' });
  const [error] = document.errors;
  if (error) {
    const [place] = error.linePos ?? [];
    throw new ClientFileError('is not valid YAML', place?.line, place?.col);
  }
  try {
    return document.toJS({ maxAliasCount });
  } catch {
    throw new ClientFileError("has aliases that can't be resolved");
  }
}
