import type { Redactor } from '../../text/redact.ts';
import { visible } from '../../text/visible.ts';
import { type Entry, entryName, isTable } from '../clients/entry.ts';
import type { Edit } from '../clients/json-edits.ts';
import type { Client } from '../clients/table.ts';

/** The block with our entry for a client's file, in the client's format. */
export function blockFor(client: Client, entry: Entry): string {
  const [outer = '', ...inner] = client.keys;
  switch (client.format) {
    case 'json':
    case 'jsonc':
      return JSON.stringify(nestedIn([outer, ...inner], entry), undefined, 2);
    case 'toml':
      return inToml([...client.keys, entryName], entry);
    case 'yaml':
      return inYaml({ [outer]: client.isList ? [entry] : { [entryName]: entry } }, '').join('\n');
  }
}

function nestedIn(keys: readonly string[], entry: Entry): object {
  return keys.reduceRight<object>((value, key) => ({ [key]: value }), { [entryName]: entry });
}

/** TOML 1.0: JSON's strings and lists of strings mean the same there. */
function inToml(path: readonly string[], table: Entry): string {
  const own: string[] = [];
  const tables: string[] = [];
  for (const [key, value] of Object.entries(table)) {
    if (isTable(value)) tables.push(inToml([...path, key], value));
    else own.push(`${key} = ${inLine(value)}`);
  }
  return [[`[${path.join('.')}]`, ...own].join('\n'), ...tables].join('\n\n');
}

/** YAML 1.2: JSON's strings and lists mean the same there. */
function inYaml(value: Entry, indent: string): string[] {
  return Object.entries(value).flatMap(([key, item]) => {
    if (Array.isArray(item) && item.every(isTable)) {
      const [first = '', ...rest] = item.flatMap((each) => inYaml(each, `${indent}    `));
      return [`${indent}${key}:`, `${indent}  - ${first.trimStart()}`, ...rest];
    }
    if (!isTable(item)) return [`${indent}${key}: ${inLine(item)}`];
    const lines = inYaml(item, `${indent}  `);
    return lines.length > 0 ? [`${indent}${key}:`, ...lines] : [`${indent}${key}: {}`];
  });
}

/** A scalar, or a list of scalars on one line. */
function inLine(value: unknown): string {
  return Array.isArray(value) ? `[${value.map(inLine).join(', ')}]` : JSON.stringify(value);
}

/**
 * The lines that edits remove and add, with everything unseen made visible except for the tabs of
 * their indentation. Nothing around them is shown: it may contain other programs' secrets.
 */
export function diffOf(text: string, edits: readonly Edit[], redactor: Redactor): string {
  const lines = edits.flatMap(({ offset, length, content }) => [
    ...marked('-', redactor.text(text.slice(offset, offset + length))),
    ...marked('+', redactor.text(content)),
  ]);
  return lines.join('\n');
}

function marked(sign: '-' | '+', text: string): string[] {
  const lines = text.split(/\r\n|\n|\r/).filter((line) => !['', ','].includes(line.trim()));
  return lines.map((line) => {
    const indent = /^[ \t]*/.exec(line)?.[0] ?? '';
    return `${sign} ${indent}${visible(line.slice(indent.length))}`;
  });
}
