import type * as z from 'zod';
import type { ConfirmMode, UserAnswer } from '../safety/agreement.ts';
import type { AuditLog } from '../safety/audit-log.ts';
import type { Confirmations } from '../safety/confirmation.ts';
import type { SeenAudiences } from '../safety/seen.ts';
import type { Call, SegmentApi } from '../segment/api.ts';
import type { QueryCheckMode } from './query-check.ts';

/** MCP's four hints; a tool states all of them. */
export interface ToolHints {
  readOnlyHint: boolean;
  destructiveHint: boolean;
  idempotentHint: boolean;
  openWorldHint: boolean;
}

/** What all calls of a server have in common. */
export interface ToolServices {
  api: SegmentApi;
  /** The space of a call that names none. */
  defaultSpace: string | undefined;
  queryCheck: QueryCheckMode;
  confirm: ConfirmMode;
  confirmations: Confirmations;
  seen: SeenAudiences;
  auditLog: AuditLog | undefined;
  /** Milliseconds since the epoch. */
  now: () => number;
}

/** What a handler works with beside its input. */
export interface ToolContext extends ToolServices {
  call: Call;
  /** Asks the user; undefined where the client can't. */
  ask: ((question: string) => Promise<UserAnswer>) | undefined;
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
  /**
   * What it takes and what it gives. Made when first needed, and then kept: a server that is only
   * asked for its tools shows definitions that were made ahead of time.
   */
  input: () => Input;
  output: () => Output;
  /** Gives the structured result, or throws an `AudiencesError`. */
  handle(input: z.output<Input>, context: ToolContext): Promise<z.input<Output>>;
}

/** Gives a tool its types, and keeps its schemas once they are made. */
export function defineTool<Input extends z.ZodObject, Output extends z.ZodObject>(
  tool: Tool<Input, Output>,
): Tool<Input, Output> {
  return { ...tool, input: once(tool.input), output: once(tool.output) };
}

function once<Value>(make: () => Value): () => Value {
  let made: { value: Value } | undefined;
  return () => {
    made ??= { value: make() };
    return made.value;
  };
}
