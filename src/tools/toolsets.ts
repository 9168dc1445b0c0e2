import { listed } from './listed.ts';
import type { ToolHints } from './tool.ts';

/** A tool as far as it is known before it is loaded. */
export interface ListedTool {
  name: string;
  hints: Pick<ToolHints, 'readOnlyHint'>;
}

export type Toolset = keyof typeof listed;

/** The tools of a toolset, in the order in which clients show them. */
export function toolsIn(toolset: Toolset): ListedTool[] {
  return Object.entries(listed[toolset]).map(([name, does]) => ({
    name,
    hints: { readOnlyHint: does === 'reads' },
  }));
}

/** Whether an outside word names a toolset. */
export function isToolset(word: string): word is Toolset {
  return Object.hasOwn(listed, word);
}

/** All toolsets; those not on by default are for those who ask for them. */
export const toolsets: readonly Toolset[] = Object.keys(listed).filter(isToolset);

/** What is offered by default. */
export const defaultToolsets: readonly Toolset[] = ['audiences', 'find', 'preview', 'schema'];

/** All tools of all toolsets. */
export const listedTools: readonly ListedTool[] = toolsets.flatMap(toolsIn);
