import type { Tool as Definition } from '@modelcontextprotocol/sdk/types.js';
import * as z from 'zod';
import type { Tool } from '../src/tools/tool.ts';

/** A tool as `tools/list` shows it, with its schemas as JSON Schema draft-07. */
export function define({ name, title, description, hints, input, output }: Tool): Definition {
  return {
    name,
    title,
    description,
    annotations: { title, ...hints },
    inputSchema: jsonSchema(input(), 'input'),
    outputSchema: jsonSchema(output(), 'output'),
  };
}

function jsonSchema(schema: z.ZodObject, io: 'input' | 'output'): Definition['inputSchema'] {
  // `$schema` says nothing that a client needs, and would be paid for in every conversation.
  const { $schema, type, properties, ...rest } = z.toJSONSchema(schema, {
    target: 'draft-7',
    io,
    override({ jsonSchema: part }) {
      dropSafeBounds(part);
      dropLeastLength(part);
    },
  });
  const described = Object.entries(properties ?? {}).map(([name, property]) => {
    if (typeof property === 'boolean') throw new Error(`${name} has no schema of its own`);
    return [name, property] as const;
  });
  return { type: 'object', properties: Object.fromEntries(described), ...rest };
}

/** Zod states the bounds of safe integers where no others are set: they tell a model nothing. */
function dropSafeBounds(schema: { minimum?: number; maximum?: number }): void {
  if (schema.minimum === Number.MIN_SAFE_INTEGER) delete schema.minimum;
  if (schema.maximum === Number.MAX_SAFE_INTEGER) delete schema.maximum;
}

/** That a text or a list holds something is checked, but not advertised: it is the same for each. */
function dropLeastLength(schema: { minLength?: number; minItems?: number }): void {
  if (schema.minLength === 1) delete schema.minLength;
  if (schema.minItems === 1) delete schema.minItems;
}
