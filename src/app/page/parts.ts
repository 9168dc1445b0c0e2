import { type Child, h } from './dom.ts';
import { visible } from './words.ts';

/*
 * What views are made of.
 */

/** What a stranger named: isolated, so that its direction does not turn its surroundings. */
export function named(text: string | undefined, otherwise = 'Without a name'): HTMLElement {
  return text?.trim() ? h('bdi', visible(text)) : h('i', otherwise);
}

/** Prose of the server, in which what others wrote stands in quotes; each is isolated, too. */
export function prose(text: string): Child {
  return text.split('"').map((part, at) => [at > 0 && '"', at % 2 ? h('bdi', part) : part]);
}

/** Does nothing while `aria-disabled`, and nothing again before what it did has ended. */
export function button(
  label: Child,
  act: () => unknown,
  props: Partial<HTMLButtonElement> = {},
): HTMLButtonElement {
  let isBusy = false;
  const onclick = async () => {
    if (isBusy || node.ariaDisabled === 'true') return;
    isBusy = true;
    try {
      await act();
    } finally {
      isBusy = false;
    }
  };
  const node = h('button', { type: 'button', onclick, ...props }, label);
  return node;
}

/** A part of a page under a heading. */
export function section(title: string, ...children: Child[]): HTMLElement {
  return h('section', h('h2', title), children);
}

/** A list with a line for each. */
export function list(
  selector: 'ul' | 'ul.cards' | 'ol' | 'ol.members',
  items: readonly Child[],
): HTMLElement {
  return h(
    selector,
    items.map((item) => h('li', item)),
  );
}

/** What would be too wide or too long for the page; it can be scrolled with the keyboard, too. */
export function scrolled(
  label: string,
  selector: 'div.scroll' | 'div.scroll.members',
  child: Child,
): HTMLElement {
  return h(selector, { tabIndex: 0, role: 'region', ariaLabel: label }, child);
}

/** Terms with what they are. */
export function facts(entries: readonly (readonly [string, Child])[]): HTMLElement {
  return h(
    'dl',
    entries.map(([term, value]) => fact(term, value)),
  );
}

/** One of them. A long value needs a line of its own. */
export function fact(term: string, value: Child): HTMLElement {
  const isLong = value instanceof Node && (value.textContent ?? '').length > 24;
  return h(isLong ? 'div.wide' : 'div', h('dt', term), h('dd', value));
}

/** A remark that is there in place of something. */
export function faint(text: string): HTMLElement {
  return h('p.empty', text);
}

/** What is only for some readers: folded up. */
export function folded(title: string, child: Child, isOpen = false): HTMLElement {
  return h('details.notes', { open: isOpen }, h('summary', title), child);
}
