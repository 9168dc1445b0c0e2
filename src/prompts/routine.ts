/*
 * A routine is what a prompt tells a model to do, and what the plugin's skill teaches: both are made
 * from the same steps.
 */

/** One step of a routine. */
export interface Step {
  /** What to do, in a word or two. */
  name: string;
  /** It is a step only where one of these tools is offered; undefined: everywhere. */
  needs?: readonly string[];
  /** It is a step only where none of these tools is. */
  insteadOf?: readonly string[];
  /** Sentences in Markdown. */
  text: string;
}

/** What to do, step by step. */
export interface Routine {
  /** One paragraph in Markdown, before the steps. */
  goal: string;
  steps: readonly Step[];
}

/** A routine with what introduces the words of the user. */
export interface OfferedRoutine extends Routine {
  /** By argument, the sentence before its value. */
  givens: Readonly<Record<string, string>>;
}

/** The steps of a routine that there are. @param offers whether a tool is offered. */
export function stepsOf({ steps }: Routine, offers: (tool: string) => boolean): Step[] {
  return steps.filter(
    ({ needs, insteadOf }) => needs?.some(offers) !== false && !insteadOf?.some(offers),
  );
}

/** Steps as a numbered list in Markdown. */
export function numbered(steps: readonly Step[]): string {
  return steps.map(({ name, text }, at) => `${at + 1}. **${name}.** ${text}`).join('\n');
}
