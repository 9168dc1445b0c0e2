import type { Client } from '@modelcontextprotocol/sdk/client/index.js';
import MarkdownIt from 'markdown-it';
import { expect } from 'vitest';
import * as z from 'zod';
import type { Audience } from '../../src/segment/models/audience.ts';
import { stringsIn, unseenIn } from './hostile.ts';
import { audience, jsonIn } from './in-memory.ts';

/*
 * What holds for every answer and every question, whatever strangers have written.
 */

export const spaceId = 'spa_1';
export const plainQuery = "event('Shoes Bought').count() >= 1";
export const yes = { action: 'accept', content: { agree: true } } as const;

const resultSchema = z.object({
  content: z.tuple([z.object({ type: z.literal('text'), text: z.string() })]),
  structuredContent: z.record(z.string(), z.unknown()).optional(),
  isError: z.boolean().optional(),
});
const errorSchema = z.object({
  error: z.looseObject({
    code: z.string(),
    message: z.string(),
    next: z.string(),
    details: z.unknown().optional(),
  }),
});
export type CallError = z.infer<typeof errorSchema>['error'];

/** Calls a tool and checks what holds for every answer. */
export async function call(client: Client, name: string, args: Record<string, unknown>) {
  const result = resultSchema.parse(await client.callTool({ name, arguments: args }));
  const [{ text }] = result.content;
  expect(unseenIn(text)).toEqual([]);
  // An error has a line of prose first.
  expect(text.split('\n')).toHaveLength(result.isError ? 2 : 1);
  const parsed: unknown = result.isError ? jsonIn(text) : JSON.parse(text);
  const data = result.structuredContent ?? {};
  if (result.isError) {
    const { error } = errorSchema.parse(parsed);
    expectSeen(error.message);
    expectSeen(error.next);
    expect(error.next).not.toContain('\n');
    return { error, data };
  }
  expect(parsed).toEqual(result.structuredContent);
  expectSeen(data.advice);
  expectSeen(data.explanation);
  return { error: undefined, data };
}

/** No part of what is said may be unseen, however deep it is. */
export function expectSeen(said: unknown): void {
  for (const text of stringsIn(said)) expect(unseenIn(text)).toEqual([]);
}

/** How the lines of a question begin, without what is quoted in them: no quote holds another. */
export function labelsOf(question: string): string[] {
  const plain = question.replace(/"[^"\n]*"(…\[cut, \d+ characters in all\])?/g, '"…"');
  return plain.split('\n').map((line) => line.split(':')[0] ?? '');
}

// With links also of what has no scheme.
const markdown = new MarkdownIt({ html: true, linkify: true });

/** Rendered as Markdown it is the same text, in paragraphs and lists alone. */
export function expectPlain(question: string): void {
  const allowed = ['paragraph', 'bullet_list', 'list_item', 'text', 'softbreak', 'inline'];
  const tokens = markdown
    .parse(question, {})
    .flatMap((token) => [token, ...(token.children ?? [])]);
  const types = tokens.map(({ type }) => type.replace(/_(open|close)$/, ''));
  expect([...new Set(types)].filter((type) => !allowed.includes(type))).toEqual([]);
  // A pair of backslashes is one there; a quote is never made of them.
  const rendered = tokens.map(({ type, content }) => (type === 'text' ? content : '')).join('');
  expect(rendered.split('"')).toHaveLength(question.split('"').length);
}

/** A string literal of the query language around a text, as far as it can hold it. */
export const literal = (text: string) => `'${text.replace(/[\\']/g, '').slice(0, 19_000)}'`;

/** An audience in which everything that a stranger can write is this text. */
export function written(text: string, more: Partial<Audience> = {}): Audience {
  const query = `event(${literal(text)}).count() >= 1`;
  return audience({
    name: text,
    description: text,
    key: text,
    definition: { query, type: 'users' },
    updatedBy: text,
    createdBy: text,
    ...more,
  });
}
