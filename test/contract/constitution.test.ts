import { existsSync, readFileSync } from 'node:fs';
import { countTokens } from 'gpt-tokenizer/encoding/o200k_base';
import { describe, expect, test } from 'vitest';
import * as z from 'zod';
import { define } from '../../scripts/define.ts';
import { editions } from '../../src/segment/editions/editions.ts';
import { errorCodes } from '../../src/segment/errors.ts';
import { registry, tools } from '../../src/tools/registry.ts';
import { defaultToolsets } from '../../src/tools/toolsets.ts';
import { name as serverName } from '../../src/version.ts';

/*
 * What holds for every tool, also for those to come.
 */

const scalarType = z.enum(['string', 'integer', 'number', 'boolean']);
const field = {
  description: z.string().min(5),
  enum: z.array(z.string()).optional(),
  default: z.union([z.string(), z.number(), z.boolean()]).optional(),
  minLength: z.number().optional(),
  maxLength: z.number().optional(),
  minimum: z.number().optional(),
  maximum: z.number().optional(),
};
const inputSchema = z.strictObject({
  type: z.literal('object'),
  additionalProperties: z.literal(false),
  required: z.array(z.string()).optional(),
  properties: z.record(
    z.string(),
    // No $ref, anyOf, oneOf, allOf, nested objects: some clients drop them. Lists of scalars count
    // as flat.
    z.union([
      z.strictObject({ type: scalarType, ...field }),
      z.strictObject({
        type: z.literal('array'),
        items: z.strictObject({
          type: z.enum(['string', 'integer']),
          enum: z.array(z.string()).optional(),
          minLength: z.number().optional(),
          minimum: z.number().optional(),
          maximum: z.number().optional(),
        }),
        description: field.description,
        minItems: z.number().optional(),
        maxItems: z.number().optional(),
      }),
    ]),
  ),
});

describe.each(tools.map((tool) => [tool.name, tool] as const))('%s', (name, tool) => {
  const definition = define(tool);

  test('stands in a file of its name, and is exported in camel case', () => {
    const file = `src/tools/${name}.ts`;
    expect(existsSync(file)).toBe(true);
    const camel = name.replace(/_(\w)/g, (_, letter: string) => letter.toUpperCase());
    expect(readFileSync(file, 'utf8')).toContain(`export const ${camel} = defineTool({`);
  });

  test('has a title, a description of reasonable length and all four hints', () => {
    expect(tool.title.length).toBeGreaterThan(3);
    expect(tool.description.length).toBeGreaterThan(40);
    // Only the one that teaches the query language may be long.
    expect(tool.description.length).toBeLessThan(name === 'check_audience_query' ? 1000 : 600);
    expect(Object.entries(tool.hints).filter(([, hint]) => typeof hint === 'boolean')).toHaveLength(
      4,
    );
    expect(definition.annotations).toMatchObject({ title: tool.title, ...tool.hints });
  });

  test('does not call itself destructive and read-only at once', () => {
    expect(tool.hints.readOnlyHint && tool.hints.destructiveHint).toBe(false);
  });

  test('has a flat, strict input in which every field is described', () => {
    expect(inputSchema.safeParse(definition.inputSchema).error).toBeUndefined();
  });

  test('has an output schema that admits what Segment may add', () => {
    expect(definition.outputSchema?.type).toBe('object');
    const text = JSON.stringify(definition.outputSchema);
    if (text.includes('"createdAt"')) expect(text).toContain('"additionalProperties":{}');
  });

  test('has a name that stays under 60 characters behind that of the server', () => {
    expect(`${serverName}:${name}`.length).toBeLessThan(60);
  });
});

test.each(errorCodes)('docs/errors.md explains the error %s', (code) => {
  expect(readFileSync('docs/errors.md', 'utf8')).toMatch(
    new RegExp(`^\\| .*\`${code}\`.* \\|`, 'm'),
  );
});

test('there is a tool for every operation of the seed, by the same name', () => {
  expect(tools.map((tool) => tool.name)).toEqual(
    expect.arrayContaining(Object.keys(editions.v1alpha.rows)),
  );
});

test('no description holds a limit, which may be another than the reference states', () => {
  for (const { description } of tools) expect(description).not.toMatch(/\d+ (a|per) minute/);
});

test('no definition holds the bounds of safe integers', () => {
  expect(JSON.stringify(tools.map(define))).not.toContain(String(Number.MAX_SAFE_INTEGER));
});

test.each([
  ['those that are offered by default', 3000, defaultToolsets.flatMap((name) => registry[name])],
  ['all', 4800, tools],
])('the definitions of %s cost at most %i tokens', (_, maxTokens, offered) => {
  const definitions = offered.map(define).map(({ name, description, inputSchema: input }) => ({
    name,
    description,
    inputSchema: input,
  }));
  expect(countTokens(JSON.stringify(definitions))).toBeLessThanOrEqual(maxTokens);
});

test('the whole answer to tools/list costs at most 9,000 tokens by default', () => {
  const offered = defaultToolsets.flatMap((name) => registry[name]);
  const answer = JSON.stringify({ tools: offered.map(define) });
  expect(countTokens(answer)).toBeLessThanOrEqual(9000);
});
