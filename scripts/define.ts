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
  // Clients do not need `$schema`, and every conversation would pay for it.
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

/** Zod states the bounds of safe integers if no others are set: they are of no use to a model. */
function dropSafeBounds(schema: { minimum?: number; maximum?: number }): void {
  if (schema.minimum === Number.MIN_SAFE_INTEGER) delete schema.minimum;
  if (schema.maximum === Number.MAX_SAFE_INTEGER) delete schema.maximum;
}

/** Non-empty texts and lists are checked, but not advertised: it is the same for all of them. */
function dropLeastLength(schema: { minLength?: number; minItems?: number }): void {
  if (schema.minLength === 1) delete schema.minLength;
  if (schema.minItems === 1) delete schema.minItems;
}
