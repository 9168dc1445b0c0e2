import { jsonOf, textOf } from './read.ts';
import { visibleLines } from './words.ts';

/*
 * Reads the question that a person has to agree to: the server's text, with what others wrote in
 * quotes that nothing inside can close. What is not recognized stays as it is, so that nothing of it
 * is lost.
 */

/** A change of one field, each side as the server shows it. */
export interface Change {
  field: string;
  before: string;
  after: string;
}

/** A line, or a part of one. */
export type Item =
  | { kind: 'text' | 'note'; text: string }
  | { kind: 'fact'; term: string; text: string }
  | ({ kind: 'change' } & Change)
  /** One audience of several, with what is said about it. */
  | { kind: 'member'; name: string; about: string };

export interface Question {
  /** Why it is asked again, if it is. */
  why: string | undefined;
  /** What will happen, in one sentence. */
  title: string;
  items: readonly Item[];
}

const opening = 'Nothing has been changed yet. The user must first agree to this:\n\n';

/** @returns undefined if a message is not a question. */
export function questionOf(message: string): Question | undefined {
  const [why = '', ...rest] = message.split(opening);
  if (rest.length === 0) return undefined;
  const [title = '', ...lines] = rest.join(opening).split('\n');
  // What is said in short is also said in full.
  const isShort = (line: string) => lines.includes('In full:') && line.startsWith('What changes: ');
  const shown = lines.filter((line) => line !== '' && !isShort(line));
  return { why: textOf(why.trim()), title, items: shown.flatMap(itemsIn) };
}

const isNamed = (text: string) => /^("|without a name)/.test(text);

function itemsIn(line: string): Item[] {
  const members = membersIn(line);
  if (members) return members;
  if (!line.startsWith('- ')) return [{ kind: 'text', text: line }];
  const text = line.slice(2);
  const [term = '', ...parts] = outsideQuotes(text, ': ');
  const about = text.slice(term.length + 2);
  if (parts.length === 0) return [{ kind: 'note', text }];
  if (isNamed(term)) return [{ kind: 'member', name: term, about }];
  const [before = '', after, ...more] = outsideQuotes(about.replace(/^from /, ''), ' to ');
  const isChange = about.startsWith('from ') && more.length === 0 && /^\w+$/.test(term);
  if (isChange && after !== undefined) return [{ kind: 'change', field: term, before, after }];
  // A longer beginning is a sentence with a colon.
  return [term.length > 24 ? { kind: 'note', text } : { kind: 'fact', term, text: about }];
}

/** A line that has nothing but names, each with a size: `"Vips" (size 7), "New" (size not known)`. */
function membersIn(line: string): Item[] | undefined {
  const parts = outsideQuotes(line, ', ').map((part) => outsideQuotes(part, ' (size '));
  const areMembers = parts.every(
    ([name = '', size, more]) => isNamed(name) && size?.endsWith(')') && more === undefined,
  );
  if (!areMembers) return undefined;
  return parts.map(([name = '', size = '']) => {
    return { kind: 'member', name, about: `size ${size.slice(0, -1)}` };
  });
}

/** What the server leaves where it cut a string. */
const cutMark = '…[cut, ';

/** The parts of a line between separators that are not in quotes, nor in a mark. */
export function outsideQuotes(line: string, separator: string): string[] {
  const parts: string[] = [];
  let [from, isQuoted] = [0, false];
  for (let at = 0; at < line.length; at += 1) {
    if (line[at] === '\\') at += 1;
    else if (line[at] === '"') isQuoted = !isQuoted;
    else if (!isQuoted && line.startsWith(cutMark, at)) at += cutMark.length;
    else if (!isQuoted && line.startsWith(separator, at)) {
      parts.push(line.slice(from, at));
      from = at + separator.length;
      at = from - 1;
    }
  }
  return [...parts, line.slice(from)];
}

/**
 * A value without its quotes and escapes, except those of invisible characters; as it is if it is not
 * quoted, with what follows the quotes.
 */
export function unquoted(value: string): string {
  const end = value.lastIndexOf('"') + 1;
  const text = value.startsWith('"') ? textOf(jsonOf(value.slice(0, end))) : undefined;
  return text === undefined ? value : visibleLines(text) + value.slice(end);
}
