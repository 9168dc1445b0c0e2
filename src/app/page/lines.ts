import type * as Language from '../language/entry.ts';

/** A definition with each of its outermost conditions on a line of its own. */
export function inLines(text: string, pieces: ReturnType<(typeof Language)['pieces']>): string {
  let depth = 0;
  let [lines, from] = ['', 0];
  for (const { kind, text: word, start } of pieces) {
    if (kind === 'symbol' && '({['.includes(word)) depth += 1;
    if (kind === 'symbol' && ')}]'.includes(word)) depth -= 1;
    if (depth > 0 || kind !== 'name' || !/^(and|or)$/i.test(word)) continue;
    lines += `${text.slice(from, start).trimEnd()}\n`;
    from = start;
  }
  return lines + text.slice(from);
}
