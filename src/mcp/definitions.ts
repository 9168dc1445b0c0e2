import { type Tool as Definition, ToolSchema } from '@modelcontextprotocol/sdk/types.js';
import { z } from 'zod';
import type { Tool } from '../tools/tool.ts';

/** A tool as `tools/list` shows it, with its schemas as JSON Schema draft-07. */
export function define({ name, title, description, hints, input, output }: Tool): Definition {
  return ToolSchema.parse({
    name,
    title,
    description,
    annotations: { title, ...hints },
    inputSchema: jsonSchema(input, 'input'),
    outputSchema: jsonSchema(output, 'output'),
  });
}

function jsonSchema(schema: z.ZodObject, io: 'input' | 'output'): object {
  // `$schema` says nothing that a client needs, and would be paid for in every conversation.
  const { $schema, ...rest } = z.toJSONSchema(schema, { target: 'draft-7', io });
  return rest;
}
