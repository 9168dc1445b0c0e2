import type { ExplanationPart } from '../language/entry.ts';
import { type Child, h } from './dom.ts';
import { runsOf } from './markdown.ts';
import { visible } from './words.ts';

type Range = ExplanationPart['range'];

/**
 * An explanation in plain English. Where a part is under the pointer, has the focus or was tapped, its
 * place in the definition lights up.
 */
export function explanation(
  parts: readonly ExplanationPart[],
  light: (range: Range) => void,
): HTMLElement {
  let pinned: HTMLElement | undefined;
  let pinnedRange: Range;
  const pin = (node: HTMLElement, range: Range) => {
    pinned?.setAttribute('aria-pressed', 'false');
    [pinned, pinnedRange] = pinned === node ? [] : [node, range];
    pinned?.setAttribute('aria-pressed', 'true');
    light(pinnedRange);
  };
  const part = ({ text, range }: ExplanationPart): Child => {
    if (!range || text.trim() === '') return bold(text);
    const on = () => light(range);
    const off = () => light(pinnedRange);
    const node: HTMLElement = h(
      'span',
      {
        class: 'part',
        role: 'button',
        tabindex: 0,
        'aria-pressed': 'false',
        onpointerenter: on,
        onpointerleave: off,
        onfocus: on,
        onblur: off,
        onclick: () => pin(node, range),
        onkeydown: (event) => {
          if (!(event instanceof KeyboardEvent) || ![' ', 'Enter'].includes(event.key)) return;
          event.preventDefault();
          pin(node, range);
        },
      },
      bold(text),
    );
    return node;
  };
  return h('p', { class: 'explanation' }, parts.map(part));
}

/** The text of an explanation, with its names in bold. */
export function bold(markdown: string): Child {
  return runsOf(markdown).map(({ text, isBold }) =>
    isBold ? h('b', {}, h('bdi', {}, visible(text))) : visible(text),
  );
}
