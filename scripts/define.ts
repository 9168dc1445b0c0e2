import type { Tool as Definition } from '@modelcontextprotocol/sdk/types.js';
import * as z from 'zod';
import { appUri } from '../src/resources/app.ts';
import { isShownInApp } from '../src/tools/app-tools.ts';
import type { Tool } from '../src/tools/tool.ts';

const defined = new Map<Tool, Definition>();

/** A tool as `tools/list` shows it, with its schemas as JSON Schema draft-07; made once. */
export function define(tool: Tool): Definition {
  const definition = defined.get(tool) ?? make(tool);
  defined.set(tool, definition);
  return definition;
}

function make(tool: Tool): Definition {
  const { name, title, description, hints, input, output } = tool;
  return {
    name,
    title,
    description,
    annotations: { title, ...hints },
    inputSchema: jsonSchema(input(), 'input'),
    outputSchema: jsonSchema(output(), 'output'),
    // Whether the client can show it or not: some that can don't declare it.
    ...(isShownInApp(tool) && { _meta: { ui: { resourceUri: appUri } } }),
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

/** Non-empty strings and lists are checked, but not advertised: it is the same for all of them. */
function dropLeastLength(schema: { minLength?: number; minItems?: number }): void {
  if (schema.minLength === 1) delete schema.minLength;
  if (schema.minItems === 1) delete schema.minItems;
}
