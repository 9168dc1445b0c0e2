import { type Child, h } from './dom.ts';
import { type Change, unquoted } from './question.ts';
import { spaced } from './words.ts';

/** Before and after, side by side; what differs within texts is marked. */
export function compare(changes: readonly Change[]): HTMLElement {
  const row = ({ field, before, after }: Change) => {
    const [was, becomes] = differing(unquoted(before), unquoted(after));
    return h(
      'tr',
      {},
      h('th', { scope: 'row' }, spaced(field)),
      h('td', { 'data-side': 'Now' }, side(was, 'del', field)),
      h('td', { 'data-side': 'After' }, side(becomes, 'ins', field)),
    );
  };
  const head = ['Field', 'Now', 'After'].map((title) => h('th', { scope: 'col' }, title));
  return h(
    'table',
    { class: 'compare' },
    h('thead', {}, h('tr', {}, head)),
    h('tbody', {}, changes.map(row)),
  );
}

type Sides = [start: string, middle: string, end: string];

function differing(before: string, after: string): [Sides, Sides] {
  const shorter = Math.min(before.length, after.length);
  let start = 0;
  while (start < shorter && before[start] === after[start]) start += 1;
  let end = 0;
  while (end < shorter - start && before.at(-1 - end) === after.at(-1 - end)) end += 1;
  // Marks begin and end with words.
  while (start > 0 && /\w/.test(before.charAt(start - 1))) start -= 1;
  while (end > 0 && /\w/.test(before.charAt(before.length - end))) end -= 1;
  const sides = (text: string): Sides => {
    const to = text.length - end;
    return [text.slice(0, start), text.slice(start, to), text.slice(to)];
  };
  return [sides(before), sides(after)];
}

function side([start, middle, end]: Sides, tag: 'ins' | 'del', field: string): Child {
  const isCode = field === 'query';
  const content = [start, middle !== '' && h(tag, {}, middle), end];
  return h(isCode ? 'code' : 'span', { dir: isCode ? 'ltr' : 'auto', class: 'text' }, content);
}
