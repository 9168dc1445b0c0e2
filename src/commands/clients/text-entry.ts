import { entryName, type ServerStart } from './entry.ts';
import type { Client } from './table.ts';

/*
 * Reads our entry in a TOML or YAML file as setup prints it, or as a client writes it: strings, lists of
 * strings and tables of them. That is enough to see whether its paths exist; such files are not edited.
 */

/** What a key of the entry holds. */
type Field = string | string[] | Map<string, string>;

/** How our entry starts the server; undefined if there is none, or none that is understood. */
export function startInText(text: string, { format, keys }: Client): ServerStart | undefined {
  const lines = text.split(/\r\n|\n|\r/);
  const fields = format === 'toml' ? tomlFields(lines, keys) : yamlFields(lines);
  const command = fields.get('command') ?? fields.get('cmd');
  const args = fields.get('args') ?? [];
  const env = fields.get('env') ?? fields.get('envs') ?? new Map<string, string>();
  if (typeof command !== 'string' || !Array.isArray(args) || !(env instanceof Map)) {
    return undefined;
  }
  return { command, args, env: Object.fromEntries(env) };
}

/** A part of a text, as it is there. */
interface Part {
  kind: 'string' | 'comment' | 'other';
  text: string;
}

/** Where a string may begin after: within a word, a quote is an apostrophe. */
const beforeStrings = ' \t\r\n[{,=:';

/** The strings and comments of a text, and what is between them, in one pass. */
function partsOf(text: string): Part[] {
  const parts: Part[] = [];
  let other = 0;
  let at = 0;
  while (at < text.length) {
    const end = endOfPart(text, at);
    if (end === undefined) {
      at += 1;
      continue;
    }
    if (other < at) parts.push({ kind: 'other', text: text.slice(other, at) });
    const kind = text[at] === '#' ? 'comment' : 'string';
    parts.push({ kind, text: text.slice(at, end) });
    at = end;
    other = end;
  }
  if (other < at) parts.push({ kind: 'other', text: text.slice(other) });
  return parts;
}

/** Where the string or comment that begins at a position ends; undefined if none begins there. */
function endOfPart(text: string, at: number): number | undefined {
  const sign = text.charAt(at);
  const isFree = at === 0 || beforeStrings.includes(text.charAt(at - 1));
  if (!isFree || !['"', "'", '#'].includes(sign)) return undefined;
  if (sign === '#') return endOr(text, text.indexOf('\n', at));
  let end = at + 1;
  while (end < text.length && text[end] !== sign) {
    end += sign === '"' && text[end] === '\\' ? 2 : 1;
  }
  return Math.min(end + 1, text.length);
}

function endOr(text: string, found: number): number {
  return found === -1 ? text.length : found;
}

/** The strings in a text, without their quotes. */
function stringsIn(text: string): string[] {
  return partsOf(text).flatMap((part) => (part.kind === 'string' ? [unquoted(part.text)] : []));
}

function unquoted(word: string): string {
  if (word.startsWith("'")) return word.slice(1, -1);
  if (!word.startsWith('"')) return word;
  try {
    return String(JSON.parse(word));
  } catch {
    return word.slice(1, -1);
  }
}

/** What is outside the strings and comments of a text. */
function signsOf(text: string): string {
  return textOfParts(text, ['other']);
}

function withoutComments(text: string): string {
  return textOfParts(text, ['string', 'other']);
}

function textOfParts(text: string, kinds: readonly Part['kind'][]): string {
  const kept = partsOf(text).filter(({ kind }) => kinds.includes(kind));
  return kept.map((part) => part.text).join('');
}

function isOpenList(text: string): boolean {
  const signs = signsOf(text);
  return signs.split('[').length > signs.split(']').length;
}

function tomlFields(lines: readonly string[], keys: readonly string[]): Map<string, Field> {
  const fields = new Map<string, Field>();
  const own = [...keys, entryName].join('.');
  let table = '';
  for (let at = 0; at < lines.length; at += 1) {
    const line = lines[at]?.trim() ?? '';
    if (line.startsWith('[')) {
      table = signsOf(line) === '[]' ? '' : tableName(line);
      continue;
    }
    const sign = line.indexOf('=');
    if (sign === -1 || !(table === own || table.startsWith(`${own}.`))) continue;
    const key = unquoted(line.slice(0, sign).trim());
    let value = line.slice(sign + 1).trim();
    while (value.startsWith('[') && isOpenList(value) && at + 1 < lines.length) {
      at += 1;
      value += `\n${lines[at]}`;
    }
    addToml(fields, table.slice(own.length + 1), key, value);
  }
  return fields;
}

/** The name of a table, without quotes around its parts. */
function tableName(line: string): string {
  return line
    .slice(1, line.indexOf(']'))
    .split('.')
    .map((part) => unquoted(part.trim()))
    .join('.');
}

/** @param inner the table within our entry, such as `env`; empty for the entry itself. */
function addToml(fields: Map<string, Field>, inner: string, key: string, value: string): void {
  if (inner !== '') {
    const field = fields.get(inner);
    const map = field instanceof Map ? field : new Map<string, string>();
    fields.set(inner, map.set(key, stringsIn(value)[0] ?? value));
  } else if (value.startsWith('{')) fields.set(key, inlineTable(value));
  else if (value.startsWith('[')) fields.set(key, stringsIn(value));
  else fields.set(key, stringsIn(value)[0] ?? value);
}

/** An inline table of strings, such as `{ A = "b", "C" = "d" }`. */
function inlineTable(text: string): Map<string, string> {
  const found = new Map<string, string>();
  let key: string | undefined;
  let last = '';
  for (const part of partsOf(text)) {
    const sign = part.kind === 'other' ? part.text.indexOf('=') : -1;
    if (sign !== -1) {
      const name = part.text.slice(0, sign).split(/[{,]/).at(-1)?.trim() ?? '';
      key = name === '' ? last : name;
    } else if (part.kind === 'string') {
      if (key !== undefined) found.set(key, unquoted(part.text));
      key = undefined;
      last = unquoted(part.text);
    }
  }
  return found;
}

function yamlFields(lines: readonly string[]): Map<string, Field> {
  const fields = new Map<string, Field>();
  const block = yamlBlock(lines);
  const column = Math.min(...block.map(indentOf));
  for (let at = 0; at < block.length; at += 1) {
    const [key, value] = yamlPair(block[at] ?? '');
    if (indentOf(block[at] ?? '') !== column || key === undefined) continue;
    let text = value;
    const inner: string[] = [];
    for (let next = block[at + 1]; next !== undefined && isInner(next, column); ) {
      inner.push(next.trim());
      at += 1;
      next = block[at + 1];
    }
    if (text.startsWith('[')) text = [text, ...inner].join(' ');
    fields.set(key, text === '' ? nestedYaml(inner) : yamlValue(text));
  }
  return fields;
}

/** Whether a line belongs to the key before it: a list may begin in the key's own column. */
function isInner(line: string, column: number): boolean {
  return indentOf(line) > column || (indentOf(line) === column && line.trim().startsWith('- '));
}

/** The lines of our entry, without comments of their own; the dash of a list becomes a space. */
function yamlBlock(lines: readonly string[]): string[] {
  const full = lines.filter((line) => line.trim() !== '' && !line.trim().startsWith('#'));
  const named = full.findIndex((line) =>
    [`${entryName}:`, `"${entryName}":`].includes(line.trim()),
  );
  if (named !== -1) {
    const outer = indentOf(full[named] ?? '');
    const rest = full.slice(named + 1);
    const end = rest.findIndex((line) => indentOf(line) <= outer);
    return rest.slice(0, end === -1 ? undefined : end);
  }
  const spaced = full.map(withoutDash);
  const name = spaced.findIndex((line) => {
    const [key, value] = yamlPair(line);
    return key === 'name' && yamlValue(value) === entryName;
  });
  if (name === -1) return [];
  const column = indentOf(spaced[name] ?? '');
  const isDash = (line: string | undefined) =>
    line?.trim().startsWith('- ') === true && indentOf(line) === column - 2;
  let from = name;
  while (from > 0 && !isDash(full[from]) && indentOf(full[from] ?? '') >= column) from -= 1;
  const rest = full.slice(from + 1);
  const end = rest.findIndex((line) => indentOf(line) < column);
  return [spaced[from] ?? '', ...rest.slice(0, end === -1 ? undefined : end)];
}

function withoutDash(line: string): string {
  const text = line.trimStart();
  return text.startsWith('- ') ? `${' '.repeat(indentOf(line))}  ${text.slice(2)}` : line;
}

function indentOf(line: string): number {
  return line.length - line.trimStart().length;
}

function yamlPair(line: string): [key: string | undefined, value: string] {
  const text = line.trim();
  const sign = text.endsWith(':') ? text.length - 1 : text.indexOf(': ');
  if (sign === -1) return [undefined, ''];
  return [unquoted(text.slice(0, sign)), text.slice(sign + 1).trim()];
}

function yamlValue(text: string): Field {
  const plain = withoutComments(text).trim();
  // Setup prints an empty table so; no client writes others on one line.
  if (plain.startsWith('{')) return new Map();
  if (!plain.startsWith('[')) return unquoted(plain);
  return partsOf(plain).flatMap((part) => {
    if (part.kind === 'string') return [unquoted(part.text)];
    const words = part.text.split(/[,[\]]/).map((word) => word.trim());
    return words.filter((word) => word !== '');
  });
}

/** A list or a table on lines of their own. */
function nestedYaml(lines: readonly string[]): Field {
  if (lines.every((line) => line.startsWith('- '))) {
    return lines.map((line) => unquoted(withoutComments(line.slice(2)).trim()));
  }
  return new Map(
    lines.flatMap((line) => {
      const [key, value] = yamlPair(line);
      return key === undefined ? [] : [[key, unquoted(withoutComments(value).trim())] as const];
    }),
  );
}
