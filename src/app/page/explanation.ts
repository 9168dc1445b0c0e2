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
  const part = ({ text, range }: ExplanationPart): Child => {
    if (!range || text.trim() === '') return bold(text);
    const on = () => light(range);
    const off = () => light(pinnedRange);
    const pin = () => {
      if (pinned) pinned.ariaPressed = 'false';
      [pinned, pinnedRange] = pinned === node ? [] : [node, range];
      if (pinned) pinned.ariaPressed = 'true';
      off();
    };
    const node: HTMLElement = h(
      'span.part',
      {
        role: 'button',
        tabIndex: 0,
        ariaPressed: 'false',
        onpointerenter: on,
        onpointerleave: off,
        onfocus: on,
        onblur: off,
        onclick: pin,
        onkeydown: (event) => {
          if (![' ', 'Enter'].includes(event.key)) return;
          event.preventDefault();
          pin();
        },
      },
      bold(text),
    );
    return node;
  };
  return h('p.explanation', parts.map(part));
}

/** The text of an explanation, with its names in bold. */
export function bold(markdown: string): Child {
  return runsOf(markdown).map(({ text, isBold }) =>
    isBold ? h('b', h('bdi', visible(text))) : visible(text),
  );
}
