import type { Duration } from './ast.ts';
import { unitOf } from './durations.ts';

/*
 * How phrases of functions.ts are put into words.
 */

/** Fills in what is in braces in a phrase. "The last 1 day" becomes "the last day". */
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

/** A length of time with its unit in the right number. */
export function explainDuration(duration: Duration): string {
  const { amount } = duration;
  return `${amount} ${unitOf(duration)}${Number(amount) === 1 ? '' : 's'}`;
}

/** How texts of a definition, which strangers may have written, stand in an explanation. */
export interface Wording {
  /** The name of an event, a trait, a property, an entity or a source. */
  name(text: string): string;
  /** A string that something is compared with. */
  text(text: string): string;
}

/** Names in bold and strings in quotes; nothing in them ends that, and passes for our words. */
export const markdown: Wording = {
  name: (text) => {
    const isPlain = text !== '' && text.trim() === text;
    // Blanks at its ends would be lost, and with them the bold type.
    return `**${escapeMark(isPlain ? text : `"${escapeMark(text, '"')}"`, '*')}**`;
  },
  text: (text) => `"${escapeMark(text, '"')}"`,
};

/** Backslashes before a mark are escaped first; one at the end must not take our mark along. */
function escapeMark(text: string, mark: '*' | '"'): string {
  return text.replace(/\\+|["*]/g, (piece, at: number) => {
    if (!piece.startsWith('\\')) return piece === mark ? `\\${mark}` : piece;
    const next = text[at + piece.length];
    if (next === mark) return piece + piece;
    return next === undefined && piece.length % 2 === 1 ? `${piece}\\` : piece;
  });
}
