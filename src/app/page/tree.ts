import { stateOf } from './chip.ts';
import { type Child, fill, h } from './dom.ts';
import { goToAudience } from './go.ts';
import { loadLanguage } from './language.ts';
import { button, faint, list, named } from './parts.ts';
import { type Fields, fieldsOf, rowsOf, textOf } from './read.ts';
import { call } from './server.ts';
import { countInWords, visible } from './words.ts';

/*
 * Who builds on whom. Each branch is read from the server when it is opened.
 */

/** More would go unread. */
const maxRows = 100;
/** How many of the traits that a definition names are looked up, one by one. */
const maxTraits = 10;

const directions = {
  uses: { label: 'It builds on', read: used, isEnd: ({ query }: Fields) => !textOf(query) },
  usedBy: {
    label: 'Built on it',
    read: users,
    isEnd: ({ usedByCount }: Fields) => usedByCount === 0,
  },
};

interface Place {
  spaceId: unknown;
  direction: keyof typeof directions;
  /** The ids on the way here: what is built on itself ends there. */
  path: readonly unknown[];
}

/** @param isOpen whether to read the first branches at once. */
export function tree(spaceId: unknown, audience: Fields, isOpen: boolean): Child {
  const path = [audience.id];
  return (['uses', 'usedBy'] as const).map((direction) =>
    branch(audience, { spaceId, direction, path }, isOpen),
  );
}

function branch(audience: Fields, place: Place, isOpen: boolean): HTMLElement {
  const { label, read } = directions[place.direction];
  const content = h('div.branch');
  let isRead = false;
  const ontoggle = async () => {
    if (!details.open || isRead) return;
    isRead = true;
    fill(content, faint('Looking …'));
    const unreadable = () => 'This browser can’t read definitions.';
    const rows = await read(audience, place.spaceId).catch(unreadable);
    isRead = typeof rows !== 'string';
    fill(content, typeof rows === 'string' ? h('p', visible(rows)) : listOf(rows, place));
  };
  const details = h('details', { open: isOpen, ontoggle }, h('summary', label), content);
  return details;
}

function listOf(rows: readonly Fields[], place: Place): Child {
  if (rows.length === 0) return faint('No other audience.');
  const shown = rows.slice(0, maxRows).map((row) => node(row, place));
  return [list('ul', shown), rows.length > maxRows && h('p', 'More are not shown.')];
}

function node(row: Fields, place: Place): Child {
  const { spaceId, direction, path } = place;
  const id = textOf(row.id) ?? '';
  const open = () => goToAudience(spaceId, id);
  const isCircle = path.includes(id);
  const hasMore = !isCircle && !directions[direction].isEnd(row);
  return [
    button(named(textOf(row.name)), open, { className: 'link' }),
    ' ',
    stateOf(row),
    h('small', ` ${countInWords(row.size)}${isCircle ? ' (in a circle)' : ''}`),
    hasMore && branch(row, { ...place, path: [...path, id] }, false),
  ];
}

/** Those built on an audience, or why they are not known. */
async function users({ key }: Fields, spaceId: unknown) {
  if (!textOf(key)) return 'Not known: it shows no key.';
  return found({ spaceId, audienceKey: key });
}

/** Those that an audience is built on, which its definition names by their keys. */
async function used({ id, query }: Fields, spaceId: unknown) {
  let whole = textOf(query) ?? '';
  // A row of a list may have a part of it.
  if (/…\[cut, \d+ characters in all\]$/.test(whole)) {
    const outcome = await call('get_audience', { spaceId, id });
    if (outcome.kind === 'problem') return outcome.message;
    whole = textOf(fieldsOf(fieldsOf(outcome.data.audience).definition).query) ?? '';
  }
  const { describe } = await loadLanguage();
  const traits = describe(whole, 'users').traits.slice(0, maxTraits);
  const all: Fields[] = [];
  for (const trait of traits) {
    const rows = await found({ spaceId, text: trait });
    if (typeof rows === 'string') return rows;
    all.push(...rows.filter(({ key }) => key === trait));
  }
  return all;
}

async function found(wanted: Fields): Promise<readonly Fields[] | string> {
  const outcome = await call('find_audiences', { ...wanted, limit: 200 });
  return outcome.kind === 'data' ? rowsOf(outcome.data.audiences) : outcome.message;
}
