import { type Child, h } from './dom.ts';
import { type Change, unquoted } from './question.ts';
import { spaced } from './words.ts';

/** Before and after, side by side. @param rows a change each. */
export function comparison(rows: Child): HTMLElement {
  const head = ['Field', 'Now', 'After'].map((title) => h('th', { scope: 'col' }, title));
  return h('table.compare', h('thead', h('tr', head)), h('tbody', rows));
}

/** The row of a change; what differs within strings is marked. */
export function compared({ field, before, after }: Change): HTMLElement {
  const [was, becomes] = differing(unquoted(before), unquoted(after));
  const [tag, dir] = field === 'query' ? (['code', 'ltr'] as const) : (['span', 'auto'] as const);
  const side = (title: string, [start, middle, end]: Sides, mark: 'ins' | 'del') => {
    const cell = h('td', h(`${tag}.text`, { dir }, start, middle && h(mark, middle), end));
    cell.dataset.side = title;
    return cell;
  };
  const name = h('th', { scope: 'row' }, spaced(field));
  return h('tr', name, side('Now', was, 'del'), side('After', becomes, 'ins'));
}

type Sides = readonly [start: string, middle: string, end: string];

function differing(before: string, after: string): [Sides, Sides] {
  const shorter = Math.min(before.length, after.length);
  let [start, end] = [0, 0];
  while (start < shorter && before[start] === after[start]) start += 1;
  while (end < shorter - start && before.at(-1 - end) === after.at(-1 - end)) end += 1;
  // Marks begin and end with words.
  while (/\w/.test(before.charAt(start - 1))) start -= 1;
  while (/\w/.test(before.charAt(before.length - end))) end -= 1;
  const sides = (text: string): Sides => {
    const to = text.length - end;
    return [text.slice(0, start), text.slice(start, to), text.slice(to)];
  };
  return [sides(before), sides(after)];
}
