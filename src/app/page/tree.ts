import type { App } from './app.ts';
import { chip } from './chip.ts';
import { button, type Child, faint, fill, h, named } from './dom.ts';
import { loadLanguage } from './language.ts';
import { type Fields, fieldsOf, numberOf, rowsOf, textOf } from './read.ts';
import { countInWords, visible } from './words.ts';

/*
 * Who builds on whom. Each branch is read from the server when it is opened.
 */

/** More would go unread. */
const maxRows = 100;
/** Of the traits that a definition names: each is looked up. */
const maxTraits = 10;

type Direction = 'uses' | 'usedBy';

interface Place {
  app: App;
  spaceId: unknown;
  direction: Direction;
  /** The ids on the way here: what is built on itself ends there. */
  path: readonly string[];
}

/** @param isOpen whether to read the first branches at once. */
export function tree(app: App, spaceId: unknown, audience: Fields, isOpen: boolean): Child {
  const path = [textOf(audience.id) ?? ''];
  const branchOf = (direction: Direction, label: string) =>
    branch(label, audience, { app, spaceId, direction, path }, isOpen);
  return [branchOf('uses', 'It builds on'), branchOf('usedBy', 'Built on it')];
}

function branch(label: Child, audience: Fields, place: Place, isOpen: boolean): HTMLElement {
  const content = h('div', { class: 'branch' });
  let isRead = false;
  const details: HTMLDetailsElement = h(
    'details',
    {
      open: isOpen,
      ontoggle: async () => {
        if (!details.open || isRead) return;
        isRead = true;
        fill(content, faint('Looking …'));
        const rows = await (place.direction === 'uses' ? used : users)(audience, place);
        isRead = typeof rows !== 'string';
        fill(content, typeof rows === 'string' ? h('p', {}, visible(rows)) : list(rows, place));
      },
    },
    h('summary', {}, label),
    content,
  );
  return details;
}

function list(rows: readonly Fields[], place: Place): Child {
  if (rows.length === 0) return faint('No other audience.');
  const more = rows.length - maxRows;
  return [
    h(
      'ul',
      {},
      rows.slice(0, maxRows).map((row) => h('li', {}, node(row, place))),
    ),
    more > 0 && h('p', {}, `${more} more are not shown.`),
  ];
}

function node(row: Fields, place: Place): Child {
  const { app, spaceId, direction, path } = place;
  const id = textOf(row.id) ?? '';
  const title = [
    button(named(textOf(row.name)), () => app.openAudience(spaceId, id), { class: 'link' }),
    ' ',
    chip(row.enabled === false ? 'Disabled' : textOf(row.status)),
    h('small', {}, ` ${countInWords(row.size, app)}`),
  ];
  if (path.includes(id)) return [title, h('small', {}, ' (in a circle)')];
  const isEnd = direction === 'usedBy' ? numberOf(row.usedByCount) === 0 : !textOf(row.query);
  if (isEnd) return title;
  const label = direction === 'usedBy' ? 'Built on it' : 'It builds on';
  return [title, branch(label, row, { ...place, path: [...path, id] }, false)];
}

/** Those built on an audience, or why they are not known. */
async function users({ key }: Fields, { app, spaceId }: Place) {
  if (textOf(key) === undefined) return 'Not known: it shows no key.';
  return found(app, { spaceId, audienceKey: key, limit: 200 });
}

/** Those that an audience is built on, which its definition names by their keys. */
async function used({ id, query }: Fields, { app, spaceId }: Place) {
  let whole = textOf(query) ?? '';
  // A row of a list may have a part of it.
  if (/…\[cut, \d+ characters in all\]$/.test(whole)) {
    const outcome = await app.call('get_audience', { spaceId, id });
    if (outcome.kind === 'problem') return outcome.message;
    whole = textOf(fieldsOf(fieldsOf(outcome.data.audience).definition).query) ?? '';
  }
  const { describe } = await loadLanguage();
  const traits = describe(whole, 'users').traits.slice(0, maxTraits);
  const all: Fields[] = [];
  for (const trait of traits) {
    const rows = await found(app, { spaceId, text: trait, limit: 200 });
    if (typeof rows === 'string') return rows;
    all.push(...rows.filter(({ key }) => key === trait));
  }
  return all;
}

async function found(app: App, args: Fields): Promise<readonly Fields[] | string> {
  const outcome = await app.call('find_audiences', args);
  return outcome.kind === 'data' ? rowsOf(outcome.data.audiences) : outcome.message;
}
