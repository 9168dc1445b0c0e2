import { type Child, h } from './dom.ts';
import { notes } from './notes.ts';
import { button, faint, named } from './parts.ts';
import { problemBox } from './problem.ts';
import { entriesOf, type Fields, fieldsOf, numberOf, rowsOf, textOf } from './read.ts';
import type { Problem } from './result.ts';
import { reviewView } from './review.ts';
import { type Order, rowsTable } from './rows.ts';
import { open, redraw, say, type View } from './screen.ts';
import { call, canRead } from './server.ts';
import { cadenceInWords, counted, countInWords, spaced, visible } from './words.ts';

/*
 * The audiences of a space. The tool sorts, filters and pages: the page only shows what it returns.
 */

/** A page of list_audiences can have 1,000 rows; more than this would be slow to show. */
const maxRows = 500;
const pauseMs = 300;
/** The tool's own. */
const defaultLimit = 20;

const choices: Readonly<Record<string, string>> = {
  status: 'Live,Computing,Disabled,Failed',
  cadence: 'REALTIME,BATCH',
  type: 'users,accounts,linked',
};

/** What has a place of its own, or is not a filter. */
const others = new Set([
  ...'spaceId,text,sort,order,limit,offset,maxAgeSeconds'.split(','),
  ...Object.keys(choices),
]);

/** @param first what find_audiences returned, or list_audiences, which counts no matches. */
export function tableView(given: Fields, first: Fields): View {
  let data = first;
  const isList = () => data.matches === undefined;
  const spaceId = textOf(given.spaceId);
  let args: Fields = isList() ? { spaceId } : given;
  /** Those of the call that returned the data. */
  let shown = args;
  let problem: Problem | undefined;
  let retry = () => {};
  let latest = 0;
  let timer = 0;

  const ask = async (tool: string, wanted: Fields) => {
    latest += 1;
    const mine = latest;
    const outcome = await call(tool, wanted);
    // A user who types on has started a new search.
    if (mine !== latest) return;
    retry = () => void ask(tool, wanted);
    problem = undefined;
    if (outcome.kind === 'problem') problem = outcome;
    else {
      [data, shown] = [outcome.data, wanted];
      say(summary());
    }
    redraw(view);
  };
  const find = (change: Fields) => {
    clearTimeout(timer);
    args = { ...args, countOnly: undefined, offset: 0, ...change };
    return ask('find_audiences', args);
  };
  const summary = () => {
    const total = numberOf(data.matches) ?? numberOf(fieldsOf(data.pagination).totalEntries);
    return counted(total ?? rowsOf(data.audiences).length, 'audience');
  };

  const text = h('input', {
    id: 'filter-text',
    type: 'search',
    placeholder: 'Name, key or description',
    ariaLabel: 'Filter',
    value: textOf(args.text) ?? '',
    oninput: () => {
      clearTimeout(timer);
      timer = setTimeout(find, pauseMs, { text: text.value || undefined });
    },
  });
  const selects = Object.entries(choices).map(([field, values]) => {
    const current = textOf(args[field])?.toLowerCase();
    const onchange = () => find({ [field]: select.value || undefined });
    const select: HTMLSelectElement = h(
      'select',
      { id: `filter-${field}`, ariaLabel: spaced(field), onchange },
      h('option', { value: '' }, `Any ${field}`),
      values.split(',').map((value) => {
        const selected = value.toLowerCase() === current;
        return h('option', { value, selected }, cadenceInWords(value));
      }),
    );
    return select;
  });
  const filters = h('search.filters', text, selects);

  /** The filters that have no field here, each to be taken off. */
  const otherFilters = () =>
    entriesOf(args).flatMap(([field, value]) => {
      if (others.has(field)) return [];
      const label = `${spaced(field)}: ${visible(String(value))}`;
      const off = { className: 'tag', ariaLabel: `Remove the filter ${label}` };
      return button([h('bdi', label), ' ×'], () => find({ [field]: undefined }), off);
    });

  const table = (): Child => {
    const rows = rowsOf(data.audiences);
    if (data.audiences === undefined) return button('Show them', () => find({}));
    if (rows.length === 0) return faint('No audiences found.');
    const order = {
      sort: isList() ? undefined : (textOf(shown.sort) ?? 'name'),
      isDown: shown.order === 'desc',
    };
    const sortBy = ({ sort, isDown }: Order) => find({ sort, order: isDown ? 'desc' : 'asc' });
    return [
      rowsTable(rows.slice(0, maxRows), spaceId, order, sortBy),
      rows.length > maxRows && h('p', `The first ${maxRows} of ${rows.length} rows are shown.`),
    ];
  };

  const pages = (): Child => {
    if (data.audiences === undefined) return undefined;
    const total = numberOf(data.matches);
    const offset = numberOf(shown.offset) ?? 0;
    const end = offset + rowsOf(data.audiences).length;
    const toCursor = (cursor: unknown) =>
      textOf(cursor) && (() => ask('list_audiences', { ...given, cursor }));
    const toOffset = (start: number) => () => find({ offset: Math.max(0, start) });
    const { next, previous } = fieldsOf(data.pagination);
    const before = offset - (numberOf(args.limit) ?? defaultLimit);
    const [back, on] =
      total === undefined
        ? [toCursor(previous), toCursor(next)]
        : [offset > 0 && toOffset(before), end < total && toOffset(end)];
    if (!back && !on) return undefined;
    const step = (label: string, id: string, go: typeof back) =>
      button(label, go || (() => {}), { id, ariaDisabled: `${!go}` });
    return h(
      'nav.pages',
      { ariaLabel: 'Pages' },
      step('Previous', 'page-back', back),
      h('span', total === undefined ? '' : `${offset + 1}–${end} of ${countInWords(total)}`),
      step('Next', 'page-on', on),
    );
  };

  const reviewButton = () => {
    const [row] = rowsOf(data.audiences);
    const review = () => open(reviewView(spaceId, row?.id));
    return (spaceId || row) && canRead() && button('Review this space', review, { id: 'review' });
  };

  const view: View = {
    title: 'Audiences',
    draw: () => [
      h('div.ask', h('p.lead', summary(), spaceId && [' in ', named(spaceId)]), reviewButton()),
      filters,
      h('p.tags', otherFilters()),
      problem && problemBox(problem, retry),
      table(),
      pages(),
      notes(data),
    ],
  };
  return view;
}
