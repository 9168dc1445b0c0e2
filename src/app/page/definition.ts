import { code } from './code.ts';
import { type Child, fill, h } from './dom.ts';
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
  const shown = (text: Child) => h('pre.code', { dir: 'ltr' }, text);
  const words = meaning && explanation([{ text: meaning }], () => {});
  const block = h('div', shown(visibleLines(query)), words);
  loadLanguage()
    .then(({ describe, levelFrom, pieces }) => {
      const { formatted } = describe(query, levelFrom(level));
      const text = formatted === undefined ? query : inLines(formatted, pieces(formatted));
      const { parts = [] } = describe(text, levelFrom(level));
      const ranges = parts.flatMap(({ range }) => range ?? []);
      const { nodes, light } = code(text, pieces(text), [], ranges);
      fill(block, shown(nodes), parts.length > 0 ? explanation(parts, light) : words);
    })
    .catch(() => {});
  return block;
}
