import type * as Language from '../language/entry.ts';
import { code } from './code.ts';
import { fill, h } from './dom.ts';
import { explanation } from './explanation.ts';
import { loadLanguage } from './language.ts';
import { inLines } from './lines.ts';
import { visibleLines } from './words.ts';

/**
 * A definition, formatted and in colors, with what it means. Until the language is unpacked, it is
 * shown as it came.
 *
 * @param meaning what the server says that it means.
 */
export function definition(
  query: string,
  level: string | undefined,
  meaning: string | undefined,
): HTMLElement {
  const words = meaning === undefined ? undefined : explanation([{ text: meaning }], () => {});
  const block = h('div', {}, h('pre', { class: 'code', dir: 'ltr' }, visibleLines(query)), words);
  loadLanguage()
    .then((language) => fill(block, colored(query, level, words, language)))
    .catch(() => {});
  return block;
}

function colored(
  query: string,
  level: string | undefined,
  words: HTMLElement | undefined,
  { describe, levelFrom, pieces }: typeof Language,
) {
  const { formatted } = describe(query, levelFrom(level));
  const text = formatted === undefined ? query : inLines(formatted, pieces(formatted));
  const { parts = [] } = describe(text, levelFrom(level));
  const ranges = parts.flatMap(({ range }) => range ?? []);
  const { nodes, light } = code(text, pieces(text), [], ranges);
  return [
    h('pre', { class: 'code', dir: 'ltr' }, nodes),
    parts.length > 0 ? explanation(parts, light) : words,
  ];
}
