import type * as z from 'zod';
import type { Call, SegmentApi } from '../segment/api.ts';
import type { QueryCheckMode } from './query-check.ts';

/** MCP's four hints; a tool states all of them. */
export interface ToolHints {
  readOnlyHint: boolean;
  destructiveHint: boolean;
  idempotentHint: boolean;
  openWorldHint: boolean;
}

/** What a handler works with beside its input. */
export interface ToolContext {
  api: SegmentApi;
  call: Call;
  /** The space of a call that names none. */
  defaultSpace: string | undefined;
  queryCheck: QueryCheckMode;
}

/** One MCP tool as plain data. */
export interface Tool<
  Input extends z.ZodObject = z.ZodObject,
  Output extends z.ZodObject = z.ZodObject,
> {
  name: string;
  title: string;
  description: string;
  hints: ToolHints;
  input: Input;
  output: Output;
  /** Gives the structured result, or throws an `AudiencesError`. */
  handle(input: z.output<Input>, context: ToolContext): Promise<z.input<Output>>;
}

/** Gives a tool its types; it changes nothing. */
export function defineTool<Input extends z.ZodObject, Output extends z.ZodObject>(
  tool: Tool<Input, Output>,
): Tool<Input, Output> {
  return tool;
}
