import { type Child, h } from './dom.ts';
import { type Fields, textOf, textsOf } from './read.ts';
import { visible } from './words.ts';

/** What the server remarks on a result. It speaks to a model, so it is folded up. */
export function notes({ notice, advice }: Fields): Child {
  const remarks = [...textsOf([notice]), ...textsOf(advice)].filter((text) => text !== '');
  if (remarks.length === 0) return undefined;
  return h(
    'details',
    { class: 'notes', open: textOf(notice) !== undefined },
    h('summary', {}, `Notes from the server (${remarks.length})`),
    h(
      'ul',
      {},
      remarks.map((text) => h('li', {}, visible(text))),
    ),
  );
}
