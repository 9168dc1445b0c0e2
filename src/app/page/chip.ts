import { h } from './dom.ts';
import { spaced, visible } from './words.ts';

/** By status in lower case, the color that says how good it is; the word always stands with it. */
const tones: Readonly<Record<string, string>> = {
  live: 'good',
  enabled: 'good',
  done: 'good',
  completed: 'good',
  computing: 'busy',
  running: 'busy',
  'backfilling historical data': 'busy',
  disabled: 'off',
  unchanged: 'off',
  'not tried': 'off',
  failed: 'bad',
  unknown: 'bad',
  stale: 'bad',
};

/** A state in a word, in its color. */
export function chip(state: string | undefined): HTMLElement | string {
  if (state === undefined) return '–';
  const words = /^[A-Z_]+$|_/.test(state) ? spaced(state) : visible(state);
  const tone = new Map(Object.entries(tones)).get(words.toLowerCase()) ?? 'plain';
  return h('span', { class: `chip ${tone}` }, h('bdi', {}, words));
}
