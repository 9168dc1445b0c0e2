import { type Child, fill, h } from './dom.ts';
import { button, faint } from './parts.ts';
import { problemBox } from './problem.ts';
import { type Fields, fieldsOf, numberOf, textOf } from './read.ts';
import type { Outcome } from './result.ts';
import { call } from './server.ts';
import { countInWords, sizeInWords, visible } from './words.ts';

/** What a definition would have as members, on demand. */
export interface Preview {
  node: HTMLElement;
  /** Asks for it; nothing is asked for while it is disabled. */
  button: HTMLButtonElement;
}

/**
 * @param first the preview that the host has shown, if any. @param argsOf what to preview now.
 */
export function previewOf(first: Fields, argsOf: () => Fields): Preview {
  const shown = h('div.preview', { role: 'status' });
  let running: string | undefined;

  const show = (outcome: Outcome) => {
    const data = outcome.kind === 'data' ? outcome.data : {};
    running = data.status === 'RUNNING' ? textOf(data.previewId) : undefined;
    fill(shown, outcome.kind === 'data' ? sizeIn(data) : problemBox(outcome));
    fill(ask, running === undefined ? 'Preview the size' : 'Look again');
  };
  const look = async () => {
    fill(shown, faint('Counting …'));
    const args = argsOf();
    const { spaceId } = args;
    const wanted = running === undefined ? args : { spaceId, previewId: running };
    show(await call('preview_audience', wanted));
  };
  const ask = button('Preview the size', look, { id: 'preview' });
  if (textOf(first.previewId)) show({ kind: 'data', data: first, text: '' });
  else fill(shown, faint('It uses one of this month’s previews.'));
  return { node: h('div.ask', ask, shown), button: ask };
}

function sizeIn({ status, size, quota, failureReason, fromMemory }: Fields): Child {
  const { count } = fieldsOf(size);
  const { leftThisMinute, usedThisMonth, monthlyLimit } = fieldsOf(quota);
  const left = Math.max(0, (numberOf(monthlyLimit) ?? 0) - (numberOf(usedThisMonth) ?? 0));
  const words: Readonly<Record<string, Child>> = {
    COMPLETED: [
      h('b.figure', sizeInWords(size)),
      count === 1 ? ' member' : ' members',
      fromMemory === true && ', counted earlier',
    ],
    RUNNING: 'Segment is still counting.',
    FAILED: `Segment could not count it: ${visible(textOf(failureReason) ?? 'no reason given')}`,
  };
  return [
    h('p', words[textOf(status) ?? '']),
    h(
      'small',
      `Previews left: ${countInWords(left)} of ${countInWords(monthlyLimit)} this month, ${countInWords(leftThisMinute)} this minute.`,
    ),
  ];
}
