import { Findings } from './diagnostic.ts';
import { lex } from './lexer.ts';
import { quote, unquoted } from './strings.ts';
import type { Token } from './tokens.ts';

/** What one string is to become. */
export interface StringReplacement {
  /** The text of whole strings, as it is meant: without quotes, and without the escapes of quotes. */
  find: string;
  replaceWith: string;
}

/** What became of a definition; why nothing did, where that is so. */
export type Replaced =
  | { kind: 'replaced'; query: string; count: number }
  /** A string that occurs nowhere, and all that do. */
  | { kind: 'missing'; find: string; strings: string[] }
  /** A text that can't be written as a string. */
  | { kind: 'unwritable'; replaceWith: string }
  /** Where the strings of the definition end can't be told. */
  | { kind: 'unreadable' };

/**
 * Replaces whole strings of a definition, all at once, so that two of them can change places. Comments
 * stay as they are.
 *
 * @param replacements each with another `find`.
 */
export function replaceStrings(
  query: string,
  replacements: readonly StringReplacement[],
): Replaced {
  const tokens = tokensOf(query);
  if (!tokens) return { kind: 'unreadable' };
  const strings = tokens.filter(({ kind }) => kind === 'string');
  const present = new Set(strings.map(({ text }) => unquoted(text)));
  const missing = replacements.find(({ find }) => !present.has(find));
  if (missing) return { kind: 'missing', find: missing.find, strings: [...present] };
  const unwritable = replacements.find(({ replaceWith }) => !isWritable(replaceWith));
  if (unwritable) return { kind: 'unwritable', replaceWith: unwritable.replaceWith };

  const becomes = new Map(replacements.map(({ find, replaceWith }) => [find, replaceWith]));
  let done = '';
  let at = 0;
  let count = 0;
  for (const { text: written, start, end } of strings) {
    const replaceWith = becomes.get(unquoted(written));
    if (replaceWith === undefined) continue;
    done += query.slice(at, start) + quote(replaceWith);
    at = end;
    count += 1;
  }
  const replaced = done + query.slice(at);
  const wanted = strings.map(({ text: written }) => {
    const meant = unquoted(written);
    return becomes.get(meant) ?? meant;
  });
  // Where quotes are missing, one string may change how the others are read.
  const isAsWanted = JSON.stringify(stringsOf(replaced)) === JSON.stringify(wanted);
  return isAsWanted ? { kind: 'replaced', query: replaced, count } : { kind: 'unreadable' };
}

/** The strings of a definition as they are meant, in their order; undefined if they can't be told. */
function stringsOf(query: string): string[] | undefined {
  const strings = tokensOf(query)?.filter(({ kind }) => kind === 'string');
  return strings?.map(({ text }) => unquoted(text));
}

function tokensOf(query: string): Token[] | undefined {
  const tokens = lex(query, new Findings());
  return tokens.at(-1)?.isOpen ? undefined : tokens;
}

/**
 * Whether a text is read back as it is: no backslash in it takes along a quote, nor the one that ends
 * the string.
 */
function isWritable(text: string): boolean {
  const withQuote = `${text}'`;
  return unquoted(withQuote) === withQuote;
}
