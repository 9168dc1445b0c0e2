import type { App } from './app.ts';
import { chip } from './chip.ts';
import { button, type Child, h, named } from './dom.ts';
import { booleanOf, type Fields, numberOf, textOf } from './read.ts';
import { countInWords, dayInWords, spaced, visible } from './words.ts';

/** The columns, by what the tool sorts by; those without cannot be sorted by. */
const columns: readonly { title: string; sort?: string }[] = [
  { title: 'Name', sort: 'name' },
  { title: 'Size', sort: 'size' },
  { title: 'Status' },
  { title: 'Cadence' },
  { title: 'Used by', sort: 'usedBy' },
  { title: 'Changed', sort: 'updatedAt' },
];

/** How rows are sorted; without a key, they are as Segment lists them. */
export interface Order {
  sort: string | undefined;
  isDown: boolean;
}

/** Audiences as a table. @param sortBy called with the order that a column was clicked for. */
export function rowsTable(
  app: App,
  rows: readonly Fields[],
  spaceId: unknown,
  order: Order,
  sortBy: (order: Order) => void,
): HTMLElement {
  const largest = Math.max(1, ...rows.map(({ size }) => numberOf(size) ?? 0));
  return h(
    'div',
    { class: 'scroll', tabindex: 0, role: 'region', 'aria-label': 'Audiences' },
    h(
      'table',
      {},
      h(
        'thead',
        {},
        h(
          'tr',
          {},
          columns.map((column) => header(column, order, sortBy)),
        ),
      ),
      h(
        'tbody',
        {},
        rows.map((row) => rowOf(app, row, largest, spaceId)),
      ),
    ),
  );
}

function header(
  { title, sort }: (typeof columns)[number],
  order: Order,
  sortBy: (order: Order) => void,
): HTMLElement {
  const isSorted = sort !== undefined && sort === order.sort;
  const [arrow, direction] = order.isDown ? [' ↓', 'descending'] : [' ↑', 'ascending'];
  const label = [title, isSorted && h('span', { 'aria-hidden': true }, arrow)];
  // The largest and the latest are looked for first, and names from A.
  const next = { sort, isDown: isSorted ? !order.isDown : sort !== 'name' };
  return h(
    'th',
    { scope: 'col', class: classOf(title), 'aria-sort': isSorted && direction },
    sort === undefined
      ? title
      : button(label, () => sortBy(next), { id: `sort-${sort}`, class: 'link' }),
  );
}

function rowOf(app: App, row: Fields, largest: number, spaceId: unknown): HTMLElement {
  const id = textOf(row.id) ?? '';
  const size = numberOf(row.size);
  const bar = h('span', { class: 'bar', 'aria-hidden': true });
  bar.style.width = `${Math.round((100 * (size ?? 0)) / largest)}%`;
  const cadence = cadenceInWords(row.cadence);
  const changed = dayInWords(row.updatedAt, app);
  const state = booleanOf(row.enabled) === false ? 'Disabled' : textOf(row.status);
  const cells: readonly (readonly [string, Child])[] = [
    ['Size', [h('span', {}, countInWords(size, app)), size !== undefined && bar]],
    ['Status', chip(state)],
    ['Cadence', cadence],
    ['Used by', countInWords(row.usedByCount, app)],
    ['Changed', changed],
  ];
  return h(
    'tr',
    {},
    h(
      'th',
      { scope: 'row' },
      button(named(textOf(row.name)), () => app.openAudience(spaceId, id), {
        class: 'link',
        id: `open-${id}`,
      }),
      h('small', { class: 'narrow' }, `${cadence} · ${changed}`),
    ),
    cells.map(([title, child]) => h('td', { class: classOf(title) }, child)),
  );
}

function classOf(title: string): string {
  return title.toLowerCase().replace(' ', '-');
}

/** How an audience is computed. */
export function cadenceInWords(cadence: unknown): string {
  const word = textOf(cadence) ?? '–';
  return word === 'REALTIME' ? 'Real time' : spaced(visible(word));
}
