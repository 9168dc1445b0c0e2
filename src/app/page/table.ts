import type { App, View } from './app.ts';
import { button, type Child, faint, h, named } from './dom.ts';
import { notes } from './notes.ts';
import { problemBox } from './problem.ts';
import { type Fields, fieldsOf, numberOf, rowsOf, textOf } from './read.ts';
import type { Problem } from './result.ts';
import { cadenceInWords, type Order, rowsTable } from './rows.ts';
import { counted, countInWords, spaced, visible } from './words.ts';

/*
 * The audiences of a space. The tool sorts, filters and pages: the page only shows what it returns.
 */

/** A page of list_audiences can have 1,000 rows; more than this would be slow to show. */
const maxRows = 500;
const pauseMs = 300;
/** The tool's own. */
const defaultLimit = 20;

const choices: Readonly<Record<string, readonly string[]>> = {
  status: ['Live', 'Computing', 'Disabled', 'Failed'],
  cadence: ['REALTIME', 'BATCH'],
  type: ['users', 'accounts', 'linked'],
};

/** What has a place of its own, or is no filter. */
const others = new Set([
  'spaceId',
  'text',
  'sort',
  'order',
  'limit',
  'offset',
  'maxAgeSeconds',
  ...Object.keys(choices),
]);

/** @param tool which of the two tools returned it. */
export function tableView(
  app: App,
  tool: 'find_audiences' | 'list_audiences',
  given: Fields,
  first: Fields,
): View {
  let isList = tool === 'list_audiences';
  let args: Fields = isList ? { spaceId: given.spaceId } : given;
  let data = first;
  let problem: Problem | undefined;
  let retry: () => void = () => {};
  let latest = 0;
  let timer = 0;

  const ask = async (asked: string, wanted: Fields) => {
    latest += 1;
    const mine = latest;
    const outcome = await app.call(asked, wanted);
    // Who types on has asked anew.
    if (mine !== latest) return;
    problem = outcome.kind === 'problem' ? outcome : undefined;
    retry = () => void ask(asked, wanted);
    if (outcome.kind === 'data') {
      data = outcome.data;
      isList = asked === 'list_audiences';
      app.say(summary());
    }
    app.redraw(view);
  };
  const find = (change: Fields) => {
    clearTimeout(timer);
    args = { ...args, countOnly: undefined, offset: 0, ...change };
    void ask('find_audiences', args);
  };
  const summary = () => {
    const total = numberOf(data.matches) ?? numberOf(fieldsOf(data.pagination).totalEntries);
    return counted(total ?? rowsOf(data.audiences).length, 'audience', app);
  };

  const findText = () => find({ text: text.value || undefined });
  const text = h('input', {
    id: 'filter-text',
    type: 'search',
    placeholder: 'Name, key or description',
    'aria-label': 'Filter',
    value: textOf(args.text),
    oninput: () => {
      clearTimeout(timer);
      timer = setTimeout(findText, pauseMs);
    },
  });
  const selects = Object.entries(choices).map(([field, values]) => {
    const current = textOf(args[field])?.toLowerCase();
    const options = values.map((value) =>
      h('option', { value, selected: value.toLowerCase() === current }, cadenceInWords(value)),
    );
    const onchange = () => find({ [field]: select.value || undefined });
    const select: HTMLSelectElement = h(
      'select',
      { id: `filter-${field}`, 'aria-label': spaced(field), onchange },
      h('option', { value: '' }, `Any ${field}`),
      options,
    );
    return select;
  });
  const onsubmit = (event: Event) => {
    event.preventDefault();
    findText();
  };
  const form = h('form', { class: 'filters', role: 'search', onsubmit }, text, selects);

  /** The filters that have no field here, each to be taken off. */
  const otherFilters = () =>
    Object.entries(args).flatMap(([field, value]) => {
      if (others.has(field) || value === undefined) return [];
      const label = `${spaced(field)}: ${visible(String(value))}`;
      const off = { class: 'tag', 'aria-label': `Remove the filter ${label}` };
      return button([h('bdi', {}, label), ' ×'], () => find({ [field]: undefined }), off);
    });

  const table = (): Child => {
    const rows = rowsOf(data.audiences);
    if (data.audiences === undefined) return button('Show them', () => find({}));
    if (rows.length === 0) return faint('No audience matches.');
    const sort = isList ? undefined : (textOf(args.sort) ?? 'name');
    const sortBy = (order: Order) =>
      find({ sort: order.sort, order: order.isDown ? 'desc' : 'asc' });
    const now = { sort, isDown: args.order === 'desc' };
    return [
      rowsTable(app, rows.slice(0, maxRows), args.spaceId, now, sortBy),
      rows.length > maxRows && h('p', {}, `The first ${maxRows} of ${rows.length} rows are shown.`),
    ];
  };

  const toCursor = (cursor: unknown) =>
    textOf(cursor) === undefined ? undefined : () => ask('list_audiences', { ...given, cursor });
  const toOffset = (offset: number) => () => {
    args = { ...args, offset: Math.max(0, offset) };
    return ask('find_audiences', args);
  };
  const pages = (): Child => {
    const count = rowsOf(data.audiences).length;
    const total = numberOf(data.matches) ?? 0;
    const offset = numberOf(args.offset) ?? 0;
    const { next, previous } = fieldsOf(data.pagination);
    const before = offset - (numberOf(args.limit) ?? defaultLimit);
    const after = offset + count;
    const [back, on] = isList
      ? [toCursor(previous), toCursor(next)]
      : [offset > 0 && toOffset(before), after < total && toOffset(after)];
    if (!back && !on) return undefined;
    const step = (label: string, id: string, go: typeof back) =>
      button(label, () => (go ? go() : undefined), { id, 'aria-disabled': !go && 'true' });
    return h(
      'nav',
      { class: 'pages', 'aria-label': 'Pages' },
      step('Previous', 'page-back', back),
      h('span', {}, isList ? '' : `${offset + 1}–${after} of ${countInWords(total, app)}`),
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
