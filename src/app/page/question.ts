import { jsonOf, textOf } from './read.ts';
import { visibleLines } from './words.ts';

/*
 * Reads the question that a person has to agree to: the server's text, with what strangers wrote in
 * quotes that nothing inside can close. What is not recognized stays as it is, so that nothing of it
 * is lost.
 */

/** A change of one field, each side as the server shows it. */
export interface Change {
  field: string;
  before: string;
  after: string;
}

/** One audience of several, with what is said about it. */
export interface Member {
  name: string;
  about: string;
}

export type Block =
  | { kind: 'text'; text: string }
  | { kind: 'facts'; facts: { term: string; text: string }[] }
  | { kind: 'notes'; notes: string[] }
  | { kind: 'changes'; changes: Change[] }
  | { kind: 'members'; members: Member[] };

export interface Question {
  /** Why it is asked again, if it is. */
  why: string | undefined;
  /** What will happen, in one sentence. */
  title: string;
  blocks: readonly Block[];
}

const opening = 'Nothing has been changed yet. The user must first agree to this:\n\n';

/** @returns undefined if a message is no question. */
export function questionOf(message: string): Question | undefined {
  const at = message.indexOf(opening);
  if (at < 0) return undefined;
  const [title = '', ...lines] = message.slice(at + opening.length).split('\n');
  // What is said in short is also said in full.
  const isShort = (line: string) => lines.includes('In full:') && line.startsWith('What changes: ');
  const blocks = lines.filter((line) => line !== '' && !isShort(line)).map(blockOf);
  return { why: message.slice(0, at).trim() || undefined, title, blocks: merged(blocks) };
}

function blockOf(line: string): Block {
  const names = membersIn(line);
  if (names) return { kind: 'members', members: names };
  if (!line.startsWith('- ')) return { kind: 'text', text: line };
  const text = line.slice(2);
  const [name, ...parts] = outsideQuotes(text, ': ');
  if (parts.length === 0 || name === undefined) return { kind: 'notes', notes: [text] };
  const about = text.slice(name.length + 2);
  if (/^("|without a name)/.test(name)) return { kind: 'members', members: [{ name, about }] };
  const [before, after, ...more] = outsideQuotes(about.replace(/^from /, ''), ' to ');
  const isChange = about.startsWith('from ') && more.length === 0 && /^\w+$/.test(name);
  if (isChange && before !== undefined && after !== undefined) {
    return { kind: 'changes', changes: [{ field: name, before, after }] };
  }
  // A longer beginning is a sentence with a colon.
  return name.length > 24
    ? { kind: 'notes', notes: [text] }
    : { kind: 'facts', facts: [{ term: name, text: about }] };
}

/** A line that has nothing but names, each with a size: `"Vips" (size 7), "New" (size not known)`. */
function membersIn(line: string): Member[] | undefined {
  const members = outsideQuotes(line, ', ').map((part) => {
    const [name = '', about, ...more] = outsideQuotes(part, ' (size ');
    const isNamed = more.length === 0 && /^("|without a name)/.test(name);
    return isNamed && about?.endsWith(')')
      ? { name, about: `size ${about.slice(0, -1)}` }
      : undefined;
  });
  return members.every((member) => member !== undefined) ? members : undefined;
}

function merged(blocks: readonly Block[]): Block[] {
  const all: Block[] = [];
  for (const block of blocks) {
    const last = all.at(-1);
    if (last?.kind === 'facts' && block.kind === 'facts') last.facts.push(...block.facts);
    else if (last?.kind === 'notes' && block.kind === 'notes') last.notes.push(...block.notes);
    else if (last?.kind === 'changes' && block.kind === 'changes') {
      last.changes.push(...block.changes);
    } else if (last?.kind === 'members' && block.kind === 'members') {
      last.members.push(...block.members);
    } else all.push(block);
  }
  return all;
}

/** What the server leaves where it cut a text. */
const cutMark = '…[cut, ';

/** The parts of a line between separators that are not in quotes, nor in a mark. */
function outsideQuotes(line: string, separator: string): string[] {
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
