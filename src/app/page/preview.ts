import type { App } from './app.ts';
import { button, type Child, faint, fill, h } from './dom.ts';
import { problemBox } from './problem.ts';
import { type Fields, fieldsOf, numberOf, textOf } from './read.ts';
import type { Outcome } from './result.ts';
import { countInWords, visible } from './words.ts';

/** What a definition would have as members, on demand. */
export interface Preview {
  node: HTMLElement;
  /** Asks for it; nothing is asked for while it is disabled. */
  button: HTMLButtonElement;
}

/**
 * @param first the preview that the host has shown, if any. @param argsOf what to preview now.
 */
export function previewOf(app: App, first: Fields, argsOf: () => Fields): Preview {
  const shown = h('div', { class: 'preview', role: 'status' });
  let running: string | undefined;
  let isBusy = false;

  const show = (outcome: Outcome) => {
    const data = outcome.kind === 'data' ? outcome.data : {};
    running = data.status === 'RUNNING' ? textOf(data.previewId) : undefined;
    fill(shown, outcome.kind === 'data' ? sizeIn(data, app) : problemBox(outcome));
    fill(ask, running === undefined ? 'Preview the size' : 'Look again');
  };
  const ask: HTMLButtonElement = button(
    'Preview the size',
    async () => {
      if (isBusy || ask.getAttribute('aria-disabled') === 'true') return;
      isBusy = true;
      fill(shown, faint('Counting …'));
      const { spaceId } = argsOf();
      const args = running === undefined ? argsOf() : { spaceId, previewId: running };
      show(await app.call('preview_audience', args));
      isBusy = false;
    },
    { id: 'preview' },
  );
  if (textOf(first.previewId) !== undefined) show({ kind: 'data', data: first, text: '' });
  else fill(shown, faint('It uses one of this month’s previews.'));
  return { node: h('div', { class: 'ask' }, ask, shown), button: ask };
}

function sizeIn({ status, size, quota, failureReason, fromMemory }: Fields, app: App): Child {
  const { count, uniqueCount } = fieldsOf(size);
  const { leftThisMinute, usedThisMonth, monthlyLimit } = fieldsOf(quota);
  const left = (numberOf(monthlyLimit) ?? 0) - (numberOf(usedThisMonth) ?? 0);
  const words: Record<string, Child> = {
    COMPLETED: [
      h('b', { class: 'figure' }, countInWords(count, app)),
      count === 1 ? ' member' : ' members',
      uniqueCount !== undefined && ` (${countInWords(uniqueCount, app)} unique)`,
      fromMemory === true && ', counted before',
    ],
    RUNNING: 'Segment is still counting.',
    FAILED: `Segment could not count it: ${visible(textOf(failureReason) ?? 'no reason given')}`,
  };
  return [
    h('p', {}, words[textOf(status) ?? '']),
    h(
      'small',
      {},
      `Previews left: ${countInWords(Math.max(0, left), app)} of ${countInWords(monthlyLimit, app)} this month, ${countInWords(leftThisMinute, app)} this minute.`,
    ),
  ];
}
