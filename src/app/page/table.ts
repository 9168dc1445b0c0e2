import type { App, View } from './app.ts';
import { chip } from './chip.ts';
import { button, type Child, h, named } from './dom.ts';
import { notes } from './notes.ts';
import { problemBox } from './problem.ts';
import { booleanOf, type Fields, fieldsOf, numberOf, rowsOf, textOf } from './read.ts';
import type { Problem } from './result.ts';
import { counted, countInWords, dayInWords, spaced, visible } from './words.ts';

/*
 * The audiences of a space. The tool sorts, filters and pages: the page only shows what it returns.
 */

/** A page of list_audiences can have 1,000 rows; more than this would be slow to show. */
const maxRows = 500;
const pauseMs = 300;
const defaultLimit = 20;

/** The columns, by what the tool sorts by; those without cannot be sorted by. */
const columns = [
  { title: 'Name', sort: 'name' },
  { title: 'Size', sort: 'size' },
  { title: 'Status' },
  { title: 'Cadence' },
  { title: 'Used by', sort: 'usedBy' },
  { title: 'Changed', sort: 'updatedAt' },
] as const;

const choices = {
  status: ['Live', 'Computing', 'Disabled', 'Failed'],
  cadence: ['REALTIME', 'BATCH'],
  type: ['users', 'accounts', 'linked'],
} as const;

/** What is not a filter. */
const others = new Set(['spaceId', 'sort', 'order', 'limit', 'offset', 'maxAgeSeconds', 'text']);

export function tableView(app: App, tool: string, given: Fields, first: Fields): View {
  const isFound = tool === 'find_audiences';
  let [args, data, isList]: [Fields, Fields, boolean] = [
    isFound ? given : { spaceId: given.spaceId },
    first,
    !isFound,
  ];
  let problem: Problem | undefined;
  let latest = 0;
  let timer = 0;

  const ask = async (asked: string, wanted: Fields) => {
    latest += 1;
    const mine = latest;
    const outcome = await app.call(asked, wanted);
    if (mine !== latest) return;
    problem = outcome.kind === 'problem' ? outcome : undefined;
    if (outcome.kind === 'data') {
      data = outcome.data;
      isList = asked === 'list_audiences';
      app.say(summary());
    }
    retry = () => ask(asked, wanted);
    app.redraw(view);
  };
  let retry = () => find({});
  const find = (change: Fields) => {
    clearTimeout(timer);
    args = defined({ ...args, countOnly: undefined, offset: 0, ...change });
    return ask('find_audiences', args);
  };
  const summary = () => {
    const { matches, audiences, pagination } = data;
    const total = numberOf(matches) ?? numberOf(fieldsOf(pagination).totalEntries);
    return counted(total ?? rowsOf(audiences).length, 'audience', app);
  };

  const text = h('input', {
    id: 'filter-text',
    type: 'search',
    placeholder: 'Name, key or description',
    'aria-label': 'Filter by name, key or description',
    value: textOf(args.text),
    oninput: () => {
      clearTimeout(timer);
      timer = setTimeout(() => find({ text: text.value || undefined }), pauseMs);
    },
  });
  const selects = Object.entries(choices).map(([field, values]) => {
    const current = textOf(args[field])?.toLowerCase();
    const select: HTMLSelectElement = h(
      'select',
      {
        id: `filter-${field}`,
        'aria-label': spaced(field),
        onchange: () => find({ [field]: select.value || undefined }),
      },
      h('option', { value: '' }, `Any ${field}`),
      values.map((value) =>
        h('option', { value, selected: value.toLowerCase() === current }, wordOf(value)),
      ),
    );
    return select;
  });
  const form = h(
    'form',
    {
      class: 'filters',
      role: 'search',
      onsubmit: (event) => {
        event.preventDefault();
        find({ text: text.value || undefined });
      },
    },
    text,
    selects,
  );

  /** The filters that have no field here, each to be taken off. */
  const otherFilters = () =>
    Object.entries(args).flatMap(([field, value]) => {
      if (others.has(field) || field in choices || value === undefined) return [];
      const label = `${spaced(field)}: ${visible(String(value))}`;
      return button([h('bdi', {}, label), ' ×'], () => find({ [field]: undefined }), {
        class: 'tag',
        'aria-label': `Remove the filter ${label}`,
      });
    });

  const header = ({ title, ...more }: (typeof columns)[number]) => {
    const sort = 'sort' in more ? more.sort : undefined;
    const isSorted = !isList && sort === (textOf(args.sort) ?? 'name');
    const isDown = args.order === 'desc';
    const first = sort === 'name' ? 'asc' : 'desc';
    const flipped = isDown ? 'asc' : 'desc';
    const label = isSorted
      ? [title, h('span', { 'aria-hidden': true }, isDown ? ' ↓' : ' ↑')]
      : title;
    return h(
      'th',
      {
        scope: 'col',
        class: classOf(title),
        'aria-sort': isSorted ? (isDown ? 'descending' : 'ascending') : undefined,
      },
      sort
        ? button(label, () => find({ sort, order: isSorted ? flipped : first }), {
            id: `sort-${sort}`,
            class: 'sort',
          })
        : title,
    );
  };

  const table = (): Child => {
    const all = rowsOf(data.audiences);
    const rows = all.slice(0, maxRows);
    if (rows.length === 0) {
      const isCount = data.audiences === undefined;
      return h(
        'p',
        { class: 'empty' },
        isCount ? button('Show them', () => find({})) : 'No audience matches.',
      );
    }
    const largest = Math.max(1, ...rows.map(({ size }) => numberOf(size) ?? 0));
    return [
      h(
        'div',
        { class: 'scroll', tabindex: 0, role: 'region', 'aria-label': 'Audiences' },
        h(
          'table',
          {},
          h('thead', {}, h('tr', {}, columns.map(header))),
          h(
            'tbody',
            {},
            rows.map((row) => rowOf(app, row, largest, args.spaceId)),
          ),
        ),
      ),
      all.length > maxRows && h('p', {}, `The first ${maxRows} of ${all.length} rows are shown.`),
    ];
  };

  const pages = (): Child => {
    const count = rowsOf(data.audiences).length;
    const total = numberOf(data.matches) ?? 0;
    const offset = numberOf(args.offset) ?? 0;
    const limit = numberOf(args.limit) ?? defaultLimit;
    const { next, previous } = fieldsOf(data.pagination);
    const toCursor = (cursor: unknown) =>
      textOf(cursor) && (() => ask('list_audiences', defined({ ...given, cursor })));
    const toOffset = (place: number, isThere: boolean) =>
      isThere && (() => ask('find_audiences', (args = { ...args, offset: Math.max(0, place) })));
    const back = isList ? toCursor(previous) : toOffset(offset - limit, offset > 0);
    const on = isList ? toCursor(next) : toOffset(offset + count, offset + count < total);
    if (!back && !on) return undefined;
    const range = isList ? '' : `${offset + 1}–${offset + count} of ${countInWords(total, app)}`;
    const step = (label: string, id: string, go: (() => unknown) | '' | false | undefined) =>
      button(label, () => go && go(), { id, 'aria-disabled': go ? undefined : 'true' });
    return h(
      'nav',
      { class: 'pages', 'aria-label': 'Pages' },
      step('Previous', 'page-back', back),
      h('span', {}, range),
      step('Next', 'page-on', on),
    );
  };

  const view: View = {
    title: 'Audiences',
    draw: () => [
      h(
        'p',
        { class: 'lead' },
        summary(),
        textOf(args.spaceId) !== undefined && [' in ', named(textOf(args.spaceId))],
      ),
      form,
      h('p', { class: 'tags' }, otherFilters()),
      problem && problemBox(problem, retry),
      table(),
      pages(),
      notes(data),
    ],
  };
  return view;
}

function rowOf(app: App, row: Fields, largest: number, spaceId: unknown): HTMLElement {
  const id = textOf(row.id) ?? '';
  const size = numberOf(row.size);
  const bar = h('span', { class: 'bar', 'aria-hidden': true });
  bar.style.setProperty('--share', `${Math.round((100 * (size ?? 0)) / largest)}%`);
  const cadence = wordOf(textOf(row.cadence));
  const changed = dayInWords(row.updatedAt, app);
  const state = booleanOf(row.enabled) === false ? 'Disabled' : textOf(row.status);
  const include = ['schedules', 'destinations', 'usedBy'];
  const open = () => app.go('get_audience', defined({ spaceId, id, include }));
  const cell = (title: string, child: Child) => h('td', { class: classOf(title) }, child);
  return h(
    'tr',
    {},
    h(
      'th',
      { scope: 'row' },
      button(named(textOf(row.name)), open, { class: 'link', id: `open-${id}` }),
      h('small', { class: 'narrow' }, `${cadence} · ${changed}`),
    ),
    cell('Size', [h('span', {}, countInWords(size, app)), size !== undefined && bar]),
    cell('Status', chip(state)),
    cell('Cadence', cadence),
    cell('Used by', countInWords(row.usedByCount, app)),
    cell('Changed', changed),
  );
}

function classOf(title: string): string {
  return title.toLowerCase().replace(' ', '-');
}

function wordOf(value: string | undefined): string {
  if (value === undefined) return '–';
  return value === 'REALTIME' ? 'Real time' : spaced(visible(value));
}

/** The fields that have a value. */
function defined(fields: Fields): Fields {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));
}
