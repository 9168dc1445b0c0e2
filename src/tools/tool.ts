import type * as z from 'zod';
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

/** What a handler works with, apart from its input. */
export interface ToolContext {
  /** For reading; what comes through it is noted as shown to the user. */
  api: ReadApi;
  call: CallContext;
  /** The space of a call that names none. */
  defaultSpace: string | undefined;
  /** The only spaces that may be touched; undefined for all that the token reaches. */
  allowedSpaces: readonly string[] | undefined;
  /** What the spaces hold, as it was a short time ago. */
  indexes: AudienceIndexes;
  queryCheck: QueryCheckMode;
  names: NameCheck;
  previews: Previews;
  /** Whether no values of properties and traits, and no ids of members, may be shown. */
  noSamples: boolean;
  /** Milliseconds since the epoch. */
  now: () => number;
  /** The only way to write. */
  carryOut: CarryOut;
  /** The same for several audiences, under one agreement. */
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
   * What it takes and what it gives. Made when first needed, and then kept: a server that is only
   * asked for its tools shows definitions that were made ahead of time.
   */
  input: () => ToolInput;
  output: () => ToolOutput;
  /**
   * The optional fields in which an empty text says something, and is left to the schema; in all
   * others it is the same as none.
   */
  keepsEmpty?: readonly string[];
  /**
   * How long a call may go on whose client asked for progress, milliseconds, if that is longer than
   * others may.
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

function once<Value>(make: () => Value): () => Value {
  let made: { value: Value } | undefined;
  return () => {
    made ??= { value: make() };
    return made.value;
  };
}
