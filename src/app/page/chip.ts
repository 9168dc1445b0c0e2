import { h } from './dom.ts';
import { type Fields, textOf } from './read.ts';
import { spaced, visible } from './words.ts';

/** By the color that says how good it is, the states; the word always stands with the color. */
const tones = {
  good: 'live,enabled,done,completed',
  busy: 'computing,running,backfilling historical data',
  off: 'disabled,unchanged,not tried',
  bad: 'failed,unknown,stale,error',
};

/** A state in a word, in its color. */
export function chip(state: string | undefined): HTMLElement | string {
  if (state === undefined) return '–';
  const words = /^[A-Z_]+$|_/.test(state) ? spaced(state) : visible(state);
  const word = words.toLowerCase();
  const [tone = ''] =
    Object.entries(tones).find(([, list]) => list.split(',').includes(word)) ?? [];
  return h('span', { className: `chip ${tone}` }, h('bdi', words));
}

/** The state of an audience. */
export function stateOf({ enabled, status }: Fields): HTMLElement | string {
  return chip(enabled === false ? 'Disabled' : textOf(status));
}
