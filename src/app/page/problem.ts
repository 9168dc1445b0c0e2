import { h } from './dom.ts';
import { go } from './go.ts';
import { button, folded, prose } from './parts.ts';
import type { Fields } from './read.ts';
import type { Problem } from './result.ts';
import type { View } from './screen.ts';
import { spaced, visible, visibleLines } from './words.ts';

/** What went wrong, and what to do. @param retry tries it again, where that makes sense. */
export function problemBox(problem: Problem, retry?: () => unknown): HTMLElement {
  const { code, message, next, retryAfterMs } = problem;
  const wait = retryAfterMs ? ` Try again in ${Math.ceil(retryAfterMs / 1000)} s.` : '';
  return h(
    'div.box.bad',
    { role: 'alert' },
    h('b', spaced(code)),
    h('p.text', prose(visibleLines(message) + wait)),
    next !== undefined && folded('What the server advises', h('p', visible(next))),
    retry && button('Try again', retry),
  );
}

/** The calls that may be repeated: what became of a write has to be checked first. */
const reads = /^(find|list|get|check|describe)_/;

/** A call that failed. */
export function problemView(tool: string, args: Fields, problem: Problem): View {
  const again = reads.test(tool) ? () => go(tool, args, view) : undefined;
  const view: View = {
    title: tool === '' ? 'No result' : `${spaced(tool)}: no result`,
    draw: () => problemBox(problem, again),
  };
  return view;
}
