import type { App, View } from './app.ts';
import { button, h, prose } from './dom.ts';
import type { Fields } from './read.ts';
import type { Problem } from './result.ts';
import { spaced, visible, visibleLines } from './words.ts';

/** What went wrong, and what to do. @param retry tries it again, where that makes sense. */
export function problemBox(problem: Problem, retry?: () => unknown): HTMLElement {
  const { code, message, next, retryAfterMs } = problem;
  const wait =
    retryAfterMs === undefined ? '' : ` Try again in ${Math.ceil(retryAfterMs / 1000)} s.`;
  return h(
    'div',
    { class: 'box bad', role: 'alert' },
    h('b', {}, spaced(code)),
    h('p', { class: 'text' }, prose(visibleLines(message) + wait)),
    next !== undefined &&
      h(
        'details',
        { class: 'notes' },
        h('summary', {}, 'What the server advises'),
        h('p', {}, visible(next)),
      ),
    retry && button('Try again', retry),
  );
}

/** The calls that may be repeated: what became of a write has to be checked first. */
const reads = /^(find|list|get|check|describe)_/;

/** A call that failed. */
export function problemView(app: App, tool: string, args: Fields, problem: Problem): View {
  const again = async () => {
    const outcome = await app.call(tool, args);
    app.replace(view, app.viewOf(tool, args, outcome));
  };
  const view: View = {
    title: tool === '' ? 'No result' : `${spaced(tool)}: no result`,
    draw: () => problemBox(problem, reads.test(tool) ? again : undefined),
  };
  return view;
}
