import { visible } from '../text/visible.ts';

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** Code points that XML 1.0 allows nowhere, not even escaped, and that `visible` leaves as they are. */
const notInXml = /[\ufffe\uffff]/g;

/**
 * A string as the content of an element or of a quoted attribute, in SVG and in HTML, with nothing hidden
 * in it.
 */
export function escaped(text: string): string {
  return visible(text)
    .replaceAll(notInXml, (character) => `\\u${character.charCodeAt(0).toString(16)}`)
    .replaceAll(/[&<>"']/g, (sign) => entities[sign] ?? sign);
}
