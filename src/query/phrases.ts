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
export function listWithOr(words: readonly string[]): string {
  const last = words.at(-1) ?? '';
  return words.length > 1 ? `${words.slice(0, -1).join(', ')} or ${last}` : last;
}

/** A length of time with its unit in the right number. */
export function explainDuration(duration: Duration): string {
  const { amount } = duration;
  return `${amount} ${unitOf(duration)}${Number(amount) === 1 ? '' : 's'}`;
}

/** A name in bold. Asterisks in it would end the bold print, and what follows pass for our words. */
export function bold(name: string): string {
  return `**${name.replaceAll('*', '\\*')}**`;
}
