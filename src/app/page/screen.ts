import { type Child, fill, h } from './dom.ts';
import { button } from './parts.ts';

/*
 * What is shown: one view at a time, with a way back to those before.
 */

/** One view of the page. */
export interface View {
  title: Child;
  draw(): Child;
}

/** From which time on something that is under way is mentioned. */
const longMs = 8000;

/** The whole page. */
export const root = document.getElementById('app') ?? document.body;
const back = button('Back', () => goBack(), { id: 'back', className: 'back' });
const heading = h('h1', { tabIndex: -1, id: 'heading' });
const content = h('div');
const status = h('p.says', { role: 'status' });
root.append(h('header', back, heading), content, status);

let views: View[] = [];
let underWay = 0;

/** Shows a view: in place of another, or with a way back to the one before. */
export function open(view: View, old?: View): void {
  const place = old ? views.indexOf(old) : -1;
  views[place < 0 ? views.length : place] = view;
  if (views.at(-1) === view) show(view);
}

/** Shows a view from which no way leads back. */
export function openAlone(view: View): void {
  views = [];
  open(view);
}

/** Draws a view again, if it is the one that is shown. */
export function redraw(view: View): void {
  if (views.at(-1) === view) draw(view);
}

/** Says something to those who can't see the page. */
export function say(text: string): void {
  status.textContent = text;
}

/** Shows that something is under way, until it has ended. */
export async function during<Result>(work: Promise<Result>): Promise<Result> {
  const timer = setTimeout(say, longMs, 'Still waiting for the server …');
  const count = (by: number) => {
    underWay += by;
    root.ariaBusy = `${underWay > 0}`;
  };
  count(1);
  try {
    return await work;
  } finally {
    clearTimeout(timer);
    count(-1);
    say('');
  }
}

function show(view: View): void {
  draw(view);
  // Whoever opened it by key or ear goes on reading there; nobody is taken out of the conversation.
  if (document.hasFocus()) heading.focus({ preventScroll: true });
}

function draw(view: View): void {
  back.hidden = views.length < 2;
  fill(heading, view.title);
  fill(content, view.draw());
}

function goBack(): void {
  views.pop();
  const view = views.at(-1);
  if (view) show(view);
}
