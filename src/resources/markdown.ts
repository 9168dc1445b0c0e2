import { quotedPlainly, visibleLines } from '../text/visible.ts';

/*
 * Strangers' text in Markdown: it is data, and stays data.
 */

/** A longer name is cut. */
const maxNameChars = 100;

/** A name in quotes, on one line and without markup; also within a table. */
export function named(text: string | null | undefined): string {
  return text ? cellText(quotedPlainly(text, maxNameChars)) : '(no name)';
}

/** What can be neither markup nor a link, such as a status, a time or an id. */
const plainWord = /^(?:[A-Za-z0-9 :+-]|(?<=[A-Za-z0-9])_(?=[A-Za-z0-9])|\.(?=\d))+$/;
const maxWordChars = 64;

/** A word such as a status or a time, without quotes if it has the form of one; a dash for none. */
export function word(value: string | number | boolean | null | undefined): string {
  if (value === null || value === undefined || value === '') return '–';
  if (typeof value === 'number') return value.toLocaleString('en-US');
  const text = String(value);
  return text.length <= maxWordChars && plainWord.test(text) ? text : named(text);
}

/** Two pieces of text that a table can't take: the end of a cell, and of a row. */
function cellText(text: string): string {
  return text.replaceAll('|', '\\u007c');
}

/** Text as it is, as code on lines of its own. */
export function fenced(text: string, language = ''): string {
  const runs = text.match(/`+/g) ?? [];
  const ticks = '`'.repeat(Math.max(3, ...runs.map(({ length }) => length + 1)));
  return `${ticks}${language}\n${visibleLines(text)}\n${ticks}`;
}

/** A table; its cells are Markdown. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  return [line(head), `|${'---|'.repeat(head.length)}`, ...rows.map(line)].join('\n');
}
