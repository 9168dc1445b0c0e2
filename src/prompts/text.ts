import { quotedPlainly, visibleLines } from '../text/visible.ts';
import type { Given } from './prompt.ts';
import { numbered, type OfferedRoutine, stepsOf } from './routine.ts';
import { dataRule } from './routines.ts';

/** What a prompt's text depends on. */
export interface Ground {
  /** Whether a tool is offered. */
  offers(tool: string): boolean;
  /** The space that is meant; undefined if none is given or configured. */
  space: string | undefined;
  /** Whether the client chose that space, so that calls have to name it. */
  isSpaceGiven: boolean;
}

/** The text of a prompt in Markdown. The user's own words are quoted. */
export function promptText(
  routine: OfferedRoutine,
  given: Given,
  { offers, space, isSpaceGiven }: Ground,
): string {
  const words = Object.entries(routine.givens).flatMap(([name, sentence]) => {
    const value = given.get(name);
    return value === undefined ? [] : [`${sentence}\n\n${blockQuote(value)}`];
  });
  return [
    routine.goal,
    spaceInWords(space, isSpaceGiven),
    ...words,
    numbered(stepsOf(routine, offers)),
    `In every error, \`next\` says what to do. ${dataRule}`,
  ].join('\n\n');
}

function spaceInWords(space: string | undefined, isSpaceGiven: boolean): string {
  if (space === undefined) {
    return 'There is no default space: ask the user for the space id first, and pass it as `spaceId`.';
  }
  return isSpaceGiven
    ? `Work in the space ${quotedPlainly(space)}: pass it as \`spaceId\` to every tool.`
    : `Work in the default space, ${quotedPlainly(space)}.`;
}

function blockQuote(text: string): string {
  return visibleLines(text.replaceAll(/\r\n?/g, '\n'))
    .split('\n')
    .map((line) => `> ${line}`)
    .join('\n');
}
