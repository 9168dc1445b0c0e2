import {
  CallToolRequestSchema,
  CompleteRequestSchema,
  GetPromptRequestSchema,
  InitializeRequestSchema,
  ListPromptsRequestSchema,
  ListResourcesRequestSchema,
  ListResourceTemplatesRequestSchema,
  ListToolsRequestSchema,
  ReadResourceRequestSchema,
} from '@modelcontextprotocol/sdk/types.js';
import type * as z from 'zod';
import { visible } from '../text/visible.ts';
import { namesItsVersion } from './era.ts';

/** The schemas of the requests that this server handles. */
const schemas = new Map<string, Pick<z.ZodType, 'safeParse'>>([
  ['initialize', InitializeRequestSchema],
  ['tools/list', ListToolsRequestSchema],
  ['tools/call', CallToolRequestSchema],
  ['resources/list', ListResourcesRequestSchema],
  ['resources/templates/list', ListResourceTemplatesRequestSchema],
  ['resources/read', ReadResourceRequestSchema],
  ['prompts/list', ListPromptsRequestSchema],
  ['prompts/get', GetPromptRequestSchema],
  ['completion/complete', CompleteRequestSchema],
]);

/** Where in a request something is wrong, and what. */
export type Issue = Pick<z.core.$ZodIssue, 'path' | 'message'>;

/**
 * What is wrong with the params of a request, in one sentence; undefined if nothing is, or if the
 * method is unknown. The SDK would respond with all of zod's issues as JSON.
 */
export function problemOfParams(method: string, params: unknown): string | undefined {
  // It is not a handshake: where each message names its version, there is none.
  if (method === 'initialize' && namesItsVersion({ params })) return undefined;
  const result = schemas.get(method)?.safeParse({ method, params });
  const [issue] = result?.error?.issues ?? [];
  return issue && `${method}: ${sentenceOf(issue)}`;
}

/** The first issue that zod found, as a sentence. */
export function sentenceOf({ path, message }: Issue): string {
  const place = path.length > 0 ? `${path.join('.')}: ` : '';
  return visible(`${place}${message.replace(/^Invalid input: /, '')}.`);
}
