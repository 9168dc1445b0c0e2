import { compared, comparison } from './compare.ts';
import { type Child, h } from './dom.ts';
import { go } from './go.ts';
import { button, fact, prose, scrolled } from './parts.ts';
import { type Item, questionOf, unquoted } from './question.ts';
import type { Fields } from './read.ts';
import { redraw, say, type View } from './screen.ts';
import { report } from './server.ts';
import { visibleLines } from './words.ts';

/*
 * The question whether a write may happen. It is the server's own text; a host that asks its user
 * itself has asked before, and this is not shown.
 */

/** How much of what a call returned is passed on to the model, which can read the rest. */
const maxReportChars = 4000;
const refused = 'You said no. Nothing was changed.';
const graveVerbs = ['delete', 'disable', 'run'];

/**
 * @param tool empty if the host does not say which tool was called: then the answer is for the
 * conversation.
 */
export function agreementView(
  tool: string,
  args: Fields,
  message: string,
  confirmation: string,
): View {
  const question = questionOf(message);
  const title = question?.title ?? 'The user must agree first.';
  let state: 'open' | 'busy' | 'refused' = 'open';
  const tell = (answer: string) =>
    void report(`In the app, the user was asked: ${title}\nThey said ${answer}`);

  const yes = async () => {
    state = 'busy';
    redraw(view);
    const { text } = await go(tool, { ...args, confirmation }, view);
    tell(`yes, and ${tool} was called. It returned:\n${text.slice(0, maxReportChars)}`);
  };
  const no = () => {
    state = 'refused';
    tell(
      'no. Nothing was called, and nothing was changed. Do not ask again on your own; ask what they want instead.',
    );
    say(refused);
    redraw(view);
  };

  const choice = (): Child => {
    if (state === 'refused') return h('p.box', { tabIndex: -1, id: 'no' }, refused);
    if (tool === '') return h('p.box', 'Answer in the conversation.');
    const [verb = ''] = title.toLowerCase().split(' ');
    const isBusy = state === 'busy';
    const ariaDisabled = `${isBusy}`;
    const label = isBusy ? 'Under way …' : 'Do you agree?';
    const yesClass = graveVerbs.includes(verb) ? 'grave' : 'main';
    return h(
      'div.answer',
      { role: 'group', ariaLabel: label },
      h('b', label),
      button(`Yes, ${verb}`, yes, { id: 'yes', className: yesClass, ariaDisabled }),
      button('No, change nothing', no, { id: 'no', ariaDisabled }),
    );
  };
  const view: View = {
    title: prose(title),
    draw: () => [
      question?.why && h('p.box.warn', question.why),
      question ? framed(question.items) : h('p.text', prose(visibleLines(message))),
      choice(),
    ],
  };
  return view;
}

/** What the lines of each kind stand in, together with those of the same kind next to them. */
const frames: Readonly<Record<Item['kind'], (nodes: Child) => Child>> = {
  text: (nodes) => nodes,
  note: (nodes) => h('ul', nodes),
  fact: (nodes) => h('dl', nodes),
  change: comparison,
  member: (nodes) => scrolled('Each of them', 'div.scroll.members', h('ol', nodes)),
};

function framed(items: readonly Item[]): Child {
  const groups: { kind: Item['kind']; nodes: HTMLElement[] }[] = [];
  for (const item of items) {
    const { kind } = item;
    const last = groups.at(-1);
    if (last?.kind === kind) last.nodes.push(nodeOf(item));
    else groups.push({ kind, nodes: [nodeOf(item)] });
  }
  return groups.map(({ kind, nodes }) => frames[kind](nodes));
}

function nodeOf(item: Item): HTMLElement {
  switch (item.kind) {
    case 'text': {
      const { text } = item;
      if (text === 'In full:') return h('h2', 'Before and after');
      const isTitle = text.endsWith(':') && text.length < 60;
      return isTitle ? h('h2', text.slice(0, -1)) : h('p.text', prose(text));
    }
    case 'note':
      return h('li', prose(item.text));
    case 'fact':
      return fact(item.term, valueNode(item.term, item.text));
    case 'change':
      return compared(item);
    case 'member':
      return h('li', h('b', prose(item.name)), h('span', prose(item.about)));
  }
}

function valueNode(term: string, text: string): HTMLElement {
  const value = unquoted(text);
  if (term === 'Definition') return h('code', { dir: 'ltr' }, value);
  return value === text ? h('span', prose(text)) : h('span', { dir: 'auto' }, value);
}
