import { type Child, h } from './dom.ts';
import { type Finding, findingsIn } from './findings.ts';
import { goToAudience } from './go.ts';
import { button, faint, list, named, prose } from './parts.ts';
import { problemBox } from './problem.ts';
import { fieldsOf, textOf } from './read.ts';
import { redraw, type View } from './screen.ts';
import { call, readText } from './server.ts';
import { spaced } from './words.ts';

/*
 * What deserves a look in a space. It is read only when the user asks, because it takes many requests.
 */

/**
 * Is read as soon as it is made.
 *
 * @param asked the id of the space; nothing for the default one. @param id of an audience in it.
 */
export function reviewView(asked: unknown, id: unknown): View {
  let spaceId = textOf(asked);
  let shown: Child;
  const read = async (): Promise<void> => {
    shown = faint('Looking at every audience …');
    redraw(view);
    // Only its audiences say which space the default one is.
    const outcome = spaceId
      ? await readText(`segment://spaces/${encodeURIComponent(spaceId)}/overview`)
      : await call('get_audience', { id });
    if (outcome.kind === 'problem') shown = problemBox(outcome, read);
    else if (spaceId) shown = findingsIn(outcome.text).map((finding) => node(finding, spaceId));
    else {
      spaceId = textOf(fieldsOf(outcome.data.audience).spaceId);
      if (spaceId) return read();
      shown = faint('The server does not say which space this is.');
    }
    redraw(view);
  };
  const view: View = {
    title: 'What deserves a look',
    draw: () => [spaceId && h('p.lead', 'In ', named(spaceId)), shown],
  };
  void read();
  return view;
}

function node({ severity, text, audiences }: Finding, spaceId: unknown): Child {
  if (severity === undefined) return faint(text);
  const open = ({ name, id }: Finding['audiences'][number]) =>
    id === undefined
      ? name
      : button(named(name), () => goToAudience(spaceId, id), { className: 'link' });
  return h(
    `div.finding.${severity}`,
    h('p', h('b', spaced(severity)), ': ', prose(text)),
    list('ul', audiences.map(open)),
  );
}
