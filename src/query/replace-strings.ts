import { Findings } from './diagnostic.ts';
import { lex } from './lexer.ts';
import { quote, unquoted } from './strings.ts';
import type { Token } from './tokens.ts';

/** What to replace a string with. */
export interface StringReplacement {
  /** The text of whole strings, without quotes and without escaped quotes. */
  find: string;
  replaceWith: string;
}

/** The new definition, or why there is none. */
export type Replaced =
  | { kind: 'replaced'; query: string; count: number }
  /** A string that does not occur, and all that do. */
  | { kind: 'missing'; find: string; strings: string[] }
  /** A text that can't be written as a string. */
  | { kind: 'unwritable'; replaceWith: string }
  /** It is unclear where the strings of the definition end. */
  | { kind: 'unreadable' };

/**
 * Replaces whole strings of a definition, all at once, so that two of them can be swapped. Comments
 * stay unchanged.
 *
 * @param replacements each with a different `find`.
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
  // If quotes are missing, one string may change how the others are read.
  const isAsWanted = JSON.stringify(stringsOf(replaced)) === JSON.stringify(wanted);
  return isAsWanted ? { kind: 'replaced', query: replaced, count } : { kind: 'unreadable' };
}

/** The unquoted strings of a definition, in order; undefined if they are unclear. */
function stringsOf(query: string): string[] | undefined {
  const strings = tokensOf(query)?.filter(({ kind }) => kind === 'string');
  return strings?.map(({ text }) => unquoted(text));
}

function tokensOf(query: string): Token[] | undefined {
  const tokens = lex(query, new Findings());
  return tokens.at(-1)?.isOpen ? undefined : tokens;
}

/**
 * Whether a text is read back unchanged: no backslash in it escapes a quote or the end of the
 * string.
 */
function isWritable(text: string): boolean {
  const withQuote = `${text}'`;
  return unquoted(withQuote) === withQuote;
}
