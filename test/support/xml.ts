/*
 * A strict reader of XML 1.0 without document types other than HTML's: what it does not know, it
 * refuses. Browsers are more lenient; so what passes here is read by them as it was meant.
 */

export interface XmlElement {
  name: string;
  attributes: Readonly<Record<string, string>>;
  children: readonly (XmlElement | string)[];
}

/** One whose content is being read. */
interface OpenElement extends XmlElement {
  children: (XmlElement | string)[];
}

const token =
  /<!DOCTYPE html>|<\/([A-Za-z][\w:-]*)>|<([A-Za-z][\w:-]*)((?:\s+[A-Za-z_:][\w:.-]*="[^"<]*")*)\s*(\/?)>|([^<]+)/uy;
const attribute = /([A-Za-z_:][\w:.-]*)="([^"<]*)"/g;
const entity = /&(?:(amp|lt|gt|quot|apos)|#(\d+));/g;
const named: Readonly<Record<string, string>> = {
  amp: '&',
  lt: '<',
  gt: '>',
  quot: '"',
  apos: "'",
};
/** Char of XML 1.0, 2.2, without what need not be in a picture: tabs and carriage returns. */
const characters = /^[\n\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]*$/u;

/** The root element of a document. @throws {Error} if it is not well-formed. */
export function parseXml(text: string): XmlElement {
  if (!characters.test(text)) throw new Error('It has characters that XML does not allow');
  const root: OpenElement = { name: '', attributes: {}, children: [] };
  const open = [root];
  token.lastIndex = 0;
  while (token.lastIndex < text.length) {
    const at = token.lastIndex;
    const match = token.exec(text);
    if (!match) throw new Error(`It can't be read from "${text.slice(at, at + 80)}"`);
    take(match, open);
  }
  if (open.length !== 1) throw new Error(`<${open.at(-1)?.name}> does not end`);
  const [only, ...others] = root.children.filter((child) => typeof child !== 'string');
  if (!only || others.length > 0) throw new Error('It has not one root');
  return only;
}

/** @param open the elements that have not ended, outer before inner. */
function take(match: RegExpExecArray, open: OpenElement[]): void {
  const [, end, start, attributes = '', isEmpty, content] = match;
  const parent = open.at(-1);
  if (!parent) throw new Error('It goes on after its end');
  if (content !== undefined) parent.children.push(plain(content));
  if (end !== undefined && open.pop()?.name !== end) throw new Error(`</${end}> ends nothing`);
  if (start === undefined) return;
  const element: OpenElement = {
    name: start,
    attributes: attributesIn(attributes),
    children: [],
  };
  parent.children.push(element);
  if (isEmpty === '') open.push(element);
}

function attributesIn(text: string): Record<string, string> {
  const found = [...text.matchAll(attribute)].map(([, name = '', value = '']) => [
    name,
    plain(value),
  ]);
  const attributes = Object.fromEntries(found);
  if (Object.keys(attributes).length < found.length) throw new Error('An attribute is there twice');
  return attributes;
}

function plain(text: string): string {
  if (text.replaceAll(entity, '').includes('&')) throw new Error(`A bare & in "${text}"`);
  return text.replaceAll(entity, (_, name: string | undefined, code: string) =>
    name === undefined ? String.fromCodePoint(Number(code)) : (named[name] ?? ''),
  );
}

/** All elements of a tree, outer before inner. */
export function elementsIn(element: XmlElement): XmlElement[] {
  const inner = element.children.filter((child) => typeof child !== 'string');
  return [element, ...inner.flatMap(elementsIn)];
}

/** The text of an element and those in it. */
export function textIn(element: XmlElement): string {
  return element.children
    .map((child) => (typeof child === 'string' ? child : textIn(child)))
    .join('');
}
