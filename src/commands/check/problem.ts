import { visible } from '../../text/visible.ts';

/** Something requested that can't be checked, or can't be rewritten. */
export interface Problem {
  /** The file or pattern as given. */
  name: string;
  /** What is wrong, to complete a sentence about it, or about a line of it. */
  reason: string;
  /** From 1. */
  line?: number;
}

/** A problem in words, on one line. */
export function sentenceOn({ name, reason, line }: Problem): string {
  return `${visible(name)}${line === undefined ? '' : `:${line}`} ${reason}.`;
}
