import type { App, View } from './app.ts';
import { compare } from './compare.ts';
import { button, type Child, facts, h, prose } from './dom.ts';
import { problemBox } from './problem.ts';
import { type Block, questionOf, unquoted } from './question.ts';
import type { Fields } from './read.ts';
import type { Problem } from './result.ts';

/*
 * The question whether a write may happen. It is the server's own text; a host that asks its user
 * itself has asked before, and this is not shown.
 */

/** Of what a call returned, for the model; the rest is for it to read. */
const maxReportChars = 4000;
const refused = 'You said no. Nothing was changed.';

/**
 * @param tool undefined if the host does not say which tool was called: then the answer is for the
 * conversation.
 */
export function agreementView(
  app: App,
  tool: string | undefined,
  args: Fields,
  problem: Problem,
  confirmation: string,
): View {
  const question = questionOf(problem.message);
  const title = question?.title ?? 'The user must agree first.';
  let state: 'open' | 'busy' | 'refused' = 'open';

  const yes = async () => {
    if (state !== 'open' || tool === undefined) return;
    state = 'busy';
    app.redraw(view);
    const outcome = await app.call(tool, { ...args, confirmation });
    app.report(
      `In the app, the user was asked: ${title}\nThey said yes, and ${tool} was called. It returned:\n${outcome.text.slice(0, maxReportChars)}`,
    );
    app.replace(view, app.viewOf(tool, args, outcome));
  };
  const no = () => {
    if (state !== 'open') return;
    state = 'refused';
    app.report(
      `In the app, the user was asked: ${title}\nThey said no. Nothing was called, and nothing was changed. Do not ask again on your own; ask what they want instead.`,
    );
    app.say(refused);
    app.redraw(view);
  };

  const answer = (): Child => {
    if (state === 'refused') {
      return h('p', { class: 'box', tabindex: -1, id: 'no' }, refused);
    }
    if (tool === undefined) return h('p', { class: 'box' }, 'Answer in the conversation.');
    const [verb = 'do it'] = title.toLowerCase().split(' ');
    const isGrave = ['delete', 'disable', 'run'].includes(verb);
    const busy = state === 'busy' && 'true';
    const label = busy ? 'Under way …' : 'Do you agree?';
    return h(
      'div',
      { class: 'answer', role: 'group', 'aria-label': label },
      h('b', {}, label),
      button(`Yes, ${verb}`, yes, {
        id: 'yes',
        class: isGrave ? 'grave' : 'main',
        'aria-disabled': busy,
      }),
      button('No, change nothing', no, { id: 'no', 'aria-disabled': busy }),
    );
  };
  const view: View = {
    title: prose(title),
    draw: () => [
      question?.why !== undefined && h('p', { class: 'box warn' }, question.why),
      question ? question.blocks.map(blockNode) : problemBox(problem),
      answer(),
    ],
  };
  return view;
}

function blockNode(block: Block): Child {
  switch (block.kind) {
    case 'text':
      if (block.text === 'In full:') return h('h2', {}, 'Before and after');
      return block.text.endsWith(':') && block.text.length < 60
        ? h('h2', {}, block.text.slice(0, -1))
        : h('p', { class: 'text' }, prose(block.text));
    case 'facts':
      return facts(block.facts.map(({ term, text }) => [term, valueNode(term, text)]));
    case 'notes':
      return h(
        'ul',
        {},
        block.notes.map((text) => h('li', {}, prose(text))),
      );
    case 'changes':
      return compare(block.changes);
    case 'members':
      return h(
        'div',
        { class: 'scroll members', tabindex: 0, role: 'region', 'aria-label': 'Each of them' },
        h(
          'ol',
          {},
          block.members.map((member) =>
            h('li', {}, h('b', {}, prose(member.name)), h('span', {}, prose(member.about))),
          ),
        ),
      );
  }
}

function valueNode(term: string, text: string): HTMLElement {
  if (term === 'Definition') return h('code', { dir: 'ltr' }, unquoted(text));
  const value = unquoted(text);
  return value === text ? h('span', {}, prose(text)) : h('span', { dir: 'auto' }, value);
}
