/*
 * Definitions that were copied out of the source of a web page: `trait(&quot;plan&quot;) = 5`.
 */

const characters: Readonly<Record<string, string>> = {
  quot: '"',
  '#34': '"',
  apos: "'",
  '#39': "'",
  '#x27': "'",
  lt: '<',
  gt: '>',
  amp: '&',
};

const entity = /&(quot|apos|lt|gt|amp|#34|#39|#x27);/g;

/** Entities that no string in a definition has at its end: it has its own quotes. */
const quoteEntity = /&(?:quot|apos|#34|#39|#x27);/;

/** Comparison signs that follow a call. */
const signEntity = /\)\s*&(?:lt|gt);/;

/** A text with its entities replaced; undefined for a text in which they may belong to a string. */
export function decoded(text: string): string | undefined {
  const isEncoded = quoteEntity.test(text) ? !/['"]/.test(text) : signEntity.test(text);
  return isEncoded
    ? text.replace(entity, (whole, name: string) => characters[name] ?? whole)
    : undefined;
}
