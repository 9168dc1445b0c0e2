import { visible } from './words.ts';

/*
 * Elements, made by hand. Texts only ever become text nodes.
 */

export type Child = Node | string | undefined | false | readonly Child[];
type Props = Readonly<
  Record<string, string | number | boolean | undefined | ((event: Event) => void)>
>;

/**
 * An element. Of its properties, functions listen to the event after `on`, and all others are
 * attributes.
 */
export function h<Tag extends keyof HTMLElementTagNameMap>(
  tag: Tag,
  props: Props = {},
  ...children: Child[]
): HTMLElementTagNameMap[Tag] {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(props)) {
    if (typeof value === 'function') element.addEventListener(name.slice(2), value);
    else if (value !== undefined && value !== false) {
      element.setAttribute(name, value === true ? '' : String(value));
    }
  }
  element.append(...nodesOf(children));
  return element;
}

function nodesOf(child: Child): (Node | string)[] {
  if (child === undefined || child === false) return [];
  return typeof child === 'string' || child instanceof Node ? [child] : child.flatMap(nodesOf);
}

/**
 * Replaces what an element holds. The focus stays on the element of the same id, with the place in
 * its text.
 */
export function fill(element: Element, ...children: Child[]): void {
  const focused = document.activeElement;
  const id = focused && element.contains(focused) ? focused.id : '';
  const field = focused instanceof HTMLInputElement || focused instanceof HTMLTextAreaElement;
  const [from, to] = field ? [focused.selectionStart, focused.selectionEnd] : [];
  element.replaceChildren(...nodesOf(children));
  if (id === '' || document.activeElement === focused) return;
  const again = document.getElementById(id);
  again?.focus({ preventScroll: true });
  const isText = again instanceof HTMLInputElement || again instanceof HTMLTextAreaElement;
  if (isText && from !== undefined && to !== undefined) again.setSelectionRange(from, to);
}

/** What a stranger named: isolated, so that its direction does not turn its surroundings. */
export function named(text: string | undefined, otherwise = 'Without a name'): HTMLElement {
  return text?.trim() ? h('bdi', {}, visible(text)) : h('i', {}, otherwise);
}

/** Prose of the server, in which what strangers wrote stands in quotes; each is isolated, too. */
export function prose(text: string): Child {
  return text
    .split('"')
    .map((part, at) => [at > 0 && '"', at % 2 === 0 ? part : h('bdi', {}, part)]);
}

export function button(label: Child, onclick: () => void, props: Props = {}): HTMLButtonElement {
  return h('button', { type: 'button', onclick, ...props }, label);
}

/** A part of a page under a heading. */
export function section(title: string, ...children: Child[]): HTMLElement {
  return h('section', {}, h('h2', {}, title), children);
}

/** Terms with what they are; those that are undefined are left out. */
export function facts(entries: readonly (readonly [string, Child])[]): HTMLElement {
  return h(
    'dl',
    {},
    entries.map(([term, value]) =>
      value === undefined
        ? undefined
        : h('div', { class: isLong(value) && 'wide' }, h('dt', {}, term), h('dd', {}, value)),
    ),
  );
}

/** Whether a value needs a line of its own. */
function isLong(value: Child): boolean {
  return value instanceof Node && (value.textContent ?? '').length > 24;
}

/** A remark that is there in place of something. */
export function faint(text: string): HTMLElement {
  return h('p', { class: 'empty' }, text);
}
