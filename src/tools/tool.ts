import type * as z from 'zod';
import { once } from '../once.ts';
import type { CarryOutAll } from '../safety/bulk-wish.ts';
import type { CarryOut } from '../safety/wish.ts';
import type { ReadApi } from '../segment/api.ts';
import type { CallContext } from '../segment/call.ts';
import type { AudienceIndexes } from '../space/audience-indexes.ts';
import type { NameCheck } from '../space/names.ts';
import type { Previews } from '../space/previews.ts';
import type { QueryCheckMode } from './query-check.ts';

/** MCP's four hints; a tool states all of them. */
export interface ToolHints {
  readOnlyHint: boolean;
  destructiveHint: boolean;
  idempotentHint: boolean;
  openWorldHint: boolean;
}

/** What a handler works with, in addition to its input. */
export interface ToolContext {
  /** For reading; everything read through it counts as shown to the user. */
  api: ReadApi;
  call: CallContext;
  /** The space for calls that name none. */
  defaultSpace: string | undefined;
  /** The only spaces that may be used; undefined for all that the token reaches. */
  allowedSpaces: readonly string[] | undefined;
  /** What the spaces held a short time ago. */
  indexes: AudienceIndexes;
  queryCheck: QueryCheckMode;
  names: NameCheck;
  previews: Previews;
  /** Whether values of properties and traits, and ids of members, must not be shown. */
  noSamples: boolean;
  /** Milliseconds since the epoch. */
  now: () => number;
  /** The only way to write. */
  carryOut: CarryOut;
  /** The same for several audiences, with one agreement. */
  carryOutAll: CarryOutAll;
}

/** One MCP tool as plain data. */
export interface Tool<
  ToolInput extends z.ZodObject = z.ZodObject,
  ToolOutput extends z.ZodObject = z.ZodObject,
> {
  name: string;
  title: string;
  description: string;
  hints: ToolHints;
  /**
   * Its input and output schemas, made when first needed and then kept: a server that only lists
   * its tools uses definitions that were generated ahead of time.
   */
  input: () => ToolInput;
  output: () => ToolOutput;
  /**
   * The optional fields in which an empty string has a meaning, and is left to the schema; in all
   * others it is the same as none.
   */
  keepsEmpty?: readonly string[];
  /**
   * How long a call may take if its client asked for progress, in milliseconds, if longer than
   * other calls.
   */
  maxCallMs?: number;
  /** Gives the structured result, or throws an `AudiencesError`. */
  handle(input: z.output<ToolInput>, context: ToolContext): Promise<z.input<ToolOutput>>;
}

/** Gives a tool its types, and keeps its schemas once they are made. */
export function defineTool<ToolInput extends z.ZodObject, ToolOutput extends z.ZodObject>(
  tool: Tool<ToolInput, ToolOutput>,
): Tool<ToolInput, ToolOutput> {
  return { ...tool, input: once(tool.input), output: once(tool.output) };
}
