import { visible } from '../../visible.ts';

/** Something that was asked for and can't be checked, or can't be rewritten. */
export interface Problem {
  /** The file or the pattern as it was given. */
  name: string;
  /** What is wrong, as the rest of a sentence about it, or about a line of it. */
  reason: string;
  /** From 1. */
  line?: number;
}

/** A problem in words, on one line. */
export function sentenceOn({ name, reason, line }: Problem): string {
  return `${visible(name)}${line === undefined ? '' : `:${line}`} ${reason}.`;
}
