import type { OfferedRoutine } from './routine.ts';

/** What an argument of a prompt stands for; suggestions for it follow from that. */
export type ArgumentKind = 'space' | 'audience' | 'text';

/** One argument of a prompt; its value is always text. */
export interface PromptArgument {
  name: string;
  kind: ArgumentKind;
  description: string;
  required?: true;
}

/** The arguments that a client gave, without empty ones. */
export type Given = ReadonlyMap<string, string>;

/** One MCP prompt as plain data: a text that a user starts a conversation with. */
export interface Prompt {
  name: string;
  title: string;
  description: string;
  arguments: readonly PromptArgument[];
  /** It is offered where one tool of each group is. */
  needs: readonly (readonly string[])[];
  /** Whether the overview of the space comes with it. */
  withOverview?: true;
  /** Its routine; imported when first needed, so that start-up does not wait for it. */
  routine(): Promise<OfferedRoutine>;
}

/** Gives a prompt its type. */
export function definePrompt(prompt: Prompt): Prompt {
  return prompt;
}

/** Whether a prompt is offered. @param offers whether a tool is. */
export function isOffered({ needs }: Prompt, offers: (tool: string) => boolean): boolean {
  return needs.every((group) => group.some(offers));
}
