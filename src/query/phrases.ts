import type { Duration, Span } from './ast.ts';
import { unitOf } from './durations.ts';

/*
 * Fills in the phrases of functions.ts.
 */

/** Fills in the placeholders of a phrase. "The last 1 day" becomes "the last day". */
export function fillPhrase(phrase: string, parts: Readonly<Record<string, string>>): string {
  return phrase.replace(
    /(the (?:last|next) )?\{(\w+)\}/g,
    (_, article: string | undefined, name: string) => {
      const part = parts[name] ?? '…';
      return article ? article + part.replace(/^1 /, '') : part;
    },
  );
}

/** "a", "a or b", "a, b or c". */
export function listWith(word: 'and' | 'or' | 'nor', items: readonly string[]): string {
  const last = items.at(-1) ?? '';
  return items.length > 1 ? `${items.slice(0, -1).join(', ')} ${word} ${last}` : last;
}

/** A length of time with its unit in singular or plural. */
export function explainDuration(duration: Duration): string {
  const { amount } = duration;
  return `${amount} ${unitOf(duration)}${Number(amount) === 1 ? '' : 's'}`;
}

/**
 * How names and strings of a definition, which others may have written, appear in an
 * explanation.
 */
export interface Wording {
  /** The name of an event, a trait, a property, an entity or a source. */
  name(text: string): string;
  /** A string on the right side of a comparison. */
  text(text: string): string;
  /** Marks a phrase as the explanation of a part of the definition; by default, nothing is marked. */
  mark?(phrase: string, explained: Span): string;
}

/** A phrase, with its mark if there are any; nothing is no phrase. */
export function marked(phrase: string, explained: Span | undefined, { mark }: Wording): string {
  return mark && explained && phrase !== '' ? mark(phrase, explained) : phrase;
}

/**
 * Names in bold and strings in quotes; nothing inside can close them and pass for our own words.
 */
export const markdown: Wording = {
  name: (text) => {
    const isPlain = text !== '' && text.trim() === text;
    // Spaces at its ends would break the bold markup.
    return `**${escapeMark(isPlain ? text : `"${escapeMark(text, '"')}"`, '*')}**`;
  },
  text: (text) => `"${escapeMark(text, '"')}"`,
};

/** Backslashes before a mark are escaped first; one at the end must not escape our own mark. */
function escapeMark(text: string, mark: '*' | '"'): string {
  return text.replace(/\\+|["*]/g, (piece, at: number) => {
    if (!piece.startsWith('\\')) return piece === mark ? `\\${mark}` : piece;
    const next = text[at + piece.length];
    if (next === mark) return piece + piece;
    return next === undefined && piece.length % 2 === 1 ? `${piece}\\` : piece;
  });
}
