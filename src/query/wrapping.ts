/*
 * What people and models put around a whole definition without adding meaning: quotes, a Markdown
 * fence.
 */

const pairs: readonly (readonly [string, string])[] = [
  ['"', '"'],
  ["'", "'"],
  ['`', '`'],
  ['“', '”'],
  ['‘', '’'],
];

const fence = '```';

/** Whether a text starts like a definition: with a call, possibly after brackets or a prefix. */
function beginsLikeDefinition(text: string): boolean {
  const [start, word = ''] = /^[\s(!]*([\p{L}_][\p{L}\p{N}_]*)/u.exec(text) ?? [];
  if (start === undefined) return false;
  const isPrefix = /^(?:NOT|ANY|ALL)$/.test(word);
  return text.charAt(start.length) === '(' || isPrefix;
}

/**
 * The definition inside quotes or a fence around the whole.
 *
 * @returns undefined for a text without them, or if they may belong to something in it.
 */
export function unwrapped(text: string): string | undefined {
  const whole = text.trim();
  if (whole.startsWith(fence) && whole.endsWith(fence) && whole.length > 2 * fence.length) {
    const inside = whole.slice(fence.length, -fence.length);
    // The word after a fence names a language.
    return inside.slice((/^\w*\n/.exec(inside)?.[0] ?? '').length).trim() || undefined;
  }
  const [opening, closing] = pairs.find(([open]) => whole.startsWith(open)) ?? [];
  if (!opening || !closing || !whole.endsWith(closing) || whole.length < 2) return undefined;
  const inside = whole.slice(opening.length, -closing.length);
  // With an odd number of quotes inside, one of the outer quotes belongs to a string.
  const isPaired = inside.split(closing).length % 2 === 1 && !inside.includes('\\');
  // The first quote inside must open a string.
  const before = inside.charAt(inside.indexOf(closing) - 1);
  const opens = !inside.includes(closing) || /[\s(=<>,:{]/.test(before);
  return isPaired && opens && beginsLikeDefinition(inside) ? inside.trim() : undefined;
}
