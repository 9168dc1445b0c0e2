import type { Child } from './dom.ts';
import type { Fields } from './read.ts';
import type { Outcome } from './result.ts';
import type { Locale } from './words.ts';

/** What get_audience reads in addition, on request. */
export const includable = ['schedules', 'destinations', 'usedBy'] as const;

/** One view of the page. */
export interface View {
  title: Child;
  draw(): Child;
}

/** What views work with. */
export interface App extends Locale {
  /** Calls a tool of the server; a call that fails is a problem, too. */
  call(tool: string, args: Fields): Promise<Outcome>;
  /** Calls a tool, and shows its result, from which a way leads back. */
  go(tool: string, args: Fields): Promise<void>;
  /** The same for one audience, with everything that can be read of it. */
  openAudience(spaceId: unknown, id: string): Promise<void>;
  /** The view of a result. */
  viewOf(tool: string, args: Fields, outcome: Outcome): View;
  /** Shows a view, from which a way leads back to the one before. */
  open(view: View): void;
  /** Shows a view in place of another; from then on, the way back leads there, too. */
  replace(old: View, view: View): void;
  /** Draws a view again, if it is the one that is shown. */
  redraw(view: View): void;
  /** Tells the model what the user did here. */
  report(text: string): void;
  /** Says something to those who can't see the page. */
  say(text: string): void;
}
