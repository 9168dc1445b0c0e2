/*
 * Elements, made by hand. Strings only ever become text nodes.
 */

/** What an element can hold; nothing for what is undefined or false. */
export type Child = Node | string | undefined | false | readonly Child[];

/**
 * An element.
 *
 * @param selector its tag, and after dots its classes. @param content what it holds; and its
 * properties, as an object.
 */
export function h<Tag extends keyof HTMLElementTagNameMap>(
  selector: Tag | `${Tag}.${string}`,
  ...content: readonly (Child | Partial<HTMLElementTagNameMap[Tag]>)[]
): HTMLElementTagNameMap[Tag];
export function h(selector: string, ...content: readonly (Child | object)[]): HTMLElement {
  const [tag = '', ...classes] = selector.split('.');
  const element = document.createElement(tag);
  if (classes.length > 0) element.className = classes.join(' ');
  put(element, content);
  return element;
}

function put(element: Element, content: Child | object): void {
  if (typeof content === 'string' || content instanceof Node) element.append(content);
  else if (isList(content)) for (const each of content) put(element, each);
  else Object.assign(element, content);
}

function isList(content: unknown): content is readonly (Child | object)[] {
  return Array.isArray(content);
}

/**
 * Replaces what an element holds. The focus stays on the element of the same id, with the place in
 * its text.
 */
export function fill(element: Element, ...children: Child[]): void {
  const focused = document.activeElement;
  const id = focused && element.contains(focused) ? focused.id : '';
  const [from, to] = isField(focused) ? [focused.selectionStart, focused.selectionEnd] : [];
  element.replaceChildren();
  put(element, children);
  if (id === '' || document.activeElement === focused) return;
  const again = document.getElementById(id);
  again?.focus({ preventScroll: true });
  if (isField(again)) again.setSelectionRange(from ?? null, to ?? null);
}

function isField(element: Element | null): element is HTMLInputElement | HTMLTextAreaElement {
  return element instanceof HTMLInputElement || element instanceof HTMLTextAreaElement;
}
