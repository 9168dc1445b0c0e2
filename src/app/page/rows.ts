import { stateOf } from './chip.ts';
import { type Child, h } from './dom.ts';
import { goToAudience } from './go.ts';
import { button, named, scrolled } from './parts.ts';
import { type Fields, numberOf, textOf } from './read.ts';
import { cadenceInWords, countInWords, dayInWords } from './words.ts';

/** The columns, with what the tool sorts by; those without cannot be sorted by. */
const columns: readonly (readonly [title: string, sort?: string])[] = [
  ['Name', 'name'],
  ['Size', 'size'],
  ['Status'],
  ['Cadence'],
  ['Used by', 'usedBy'],
  ['Changed', 'updatedAt'],
];

/** How rows are sorted; without a key, they are as Segment lists them. */
export interface Order {
  sort: string | undefined;
  isDown: boolean;
}

/** Audiences as a table. @param sortBy called with the order that a column was clicked for. */
export function rowsTable(
  rows: readonly Fields[],
  spaceId: unknown,
  order: Order,
  sortBy: (order: Order) => unknown,
): HTMLElement {
  const largest = Math.max(1, ...rows.map(({ size }) => numberOf(size) ?? 0));
  const header = ([title, sort]: (typeof columns)[number]) => {
    const isSorted = sort !== undefined && sort === order.sort;
    const [arrow, direction] = order.isDown ? [' ↓', 'descending'] : [' ↑', 'ascending'];
    const label = [title, isSorted && h('span', { ariaHidden: 'true' }, arrow)];
    // The largest and the latest are looked for first, and names from A.
    const next = { sort, isDown: isSorted ? !order.isDown : sort !== 'name' };
    return h(
      'th',
      { scope: 'col', className: classOf(title), ariaSort: isSorted ? direction : null },
      sort === undefined
        ? title
        : button(label, () => sortBy(next), { id: `sort-${sort}`, className: 'link' }),
    );
  };
  return scrolled(
    'Audiences',
    'div.scroll',
    h(
      'table',
      h('thead', h('tr', columns.map(header))),
      h(
        'tbody',
        rows.map((row) => rowOf(row, largest, spaceId)),
      ),
    ),
  );
}

function rowOf(row: Fields, largest: number, spaceId: unknown): HTMLElement {
  const id = textOf(row.id) ?? '';
  const size = numberOf(row.size);
  const bar = h('span.bar', { ariaHidden: 'true' });
  bar.style.width = `${Math.round((100 * (size ?? 0)) / largest)}%`;
  const cadence = cadenceInWords(row.cadence);
  const changed = dayInWords(row.updatedAt);
  const cells: readonly Child[] = [
    [h('span', countInWords(size)), size !== undefined && bar],
    stateOf(row),
    cadence,
    countInWords(row.usedByCount),
    changed,
  ];
  const name = named(textOf(row.name));
  const open = { className: 'link', id: `open-${id}` };
  return h(
    'tr',
    h(
      'th',
      { scope: 'row' },
      button(name, () => goToAudience(spaceId, id), open),
      h('small.narrow', `${cadence} · ${changed}`),
    ),
    cells.map((cell, at) => h('td', { className: classOf(columns[at + 1]?.[0]) }, cell)),
  );
}

function classOf(title = ''): string {
  return title.toLowerCase().replace(' ', '-');
}
