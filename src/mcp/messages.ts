import {
  type JSONRPCErrorResponse,
  JSONRPCErrorResponseSchema,
  type JSONRPCNotification,
  type JSONRPCRequest,
  type JSONRPCResultResponse,
  JSONRPCResultResponseSchema,
  RELATED_TASK_META_KEY,
  type RequestId,
} from '@modelcontextprotocol/sdk/types.js';
import * as z from 'zod';
import { quoted } from '../text/visible.ts';
import { problemOfParams, sentenceOf } from './request-params.ts';
import { rpcCodes } from './rpc-error.ts';

/*
 * Classifies a JSON value from a client. The SDK drops what does not fit its schemas exactly, or
 * responds with a dump; here, everything that could be a request gets a response.
 */

/** A message that the SDK can take, or what happens to one that it can't. */
export type Reading =
  | { kind: 'request'; message: JSONRPCRequest }
  | { kind: 'notification'; message: JSONRPCNotification }
  | { kind: 'response'; message: JSONRPCResultResponse | JSONRPCErrorResponse }
  | Refusal
  /** Neither a request nor of any use. */
  | { kind: 'ignored'; why: string };

/** Rejected with an error. */
export interface Refusal {
  kind: 'refused';
  /** The id of the request; undefined if it has none, or none that can be answered. */
  id: RequestId | undefined;
  code: number;
  /** One sentence. */
  message: string;
}

const idSchema = z.union([z.string(), z.int()], 'expected a string or a whole number');
const metaSchema = z.looseObject({ progressToken: idSchema.optional() });
const paramsSchema = z.looseObject({ _meta: metaSchema.optional() });
/** A notification gets no response that could say what is wrong with it. */
const lenientParamsSchema = z.looseObject({ _meta: metaSchema.optional().catch(undefined) });

const members = ['jsonrpc', 'id', 'method', 'params'];

/**
 * Reads one message that is not an array.
 *
 * @param isOurs whether an id belongs to an open request of this server.
 */
export function readMessage(value: unknown, isOurs: (id: RequestId) => boolean): Reading {
  if (!isObject(value)) {
    return refused(undefined, rpcCodes.invalidRequest, 'A message must be a JSON object.');
  }
  if (isResponse(value)) return readResponse(value, isOurs);
  return 'id' in value ? readRequest(value) : readNotification(value);
}

/** Rejects a message. */
export function refused(id: RequestId | undefined, code: number, message: string): Refusal {
  return { kind: 'refused', id, code, message };
}

/** An id as JSON-RPC allows it; undefined for anything else. */
export function asId(value: unknown): RequestId | undefined {
  return idSchema.safeParse(value).data;
}

type JsonObject = Readonly<Record<string, unknown>>;

function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Some clients write out every member of every message; null then means absent. */
function isResponse(value: JsonObject): boolean {
  if ('method' in value) return (value.result ?? value.error ?? null) !== null;
  return 'result' in value || 'error' in value;
}

function readResponse(value: JsonObject, isOurs: (id: RequestId) => boolean): Reading {
  const id = asId(value.id);
  if (id === undefined || !isOurs(id)) {
    return { kind: 'ignored', why: 'a response to a request that this server did not send' };
  }
  const { result, error } = value;
  const schema =
    (error ?? null) === null ? JSONRPCResultResponseSchema : JSONRPCErrorResponseSchema;
  const content = (error ?? null) === null ? { result } : { error };
  const { data } = schema.safeParse({ jsonrpc: '2.0', id, ...content });
  if (data) return { kind: 'response', message: data };
  // The request must not stay open for it.
  const message = 'The response did not follow the protocol.';
  const substitute = { code: rpcCodes.internalError, message };
  return { kind: 'response', message: { jsonrpc: '2.0', id, error: substitute } };
}

function readNotification({ method, params }: JsonObject): Reading {
  if (typeof method !== 'string') {
    return refused(undefined, rpcCodes.invalidRequest, 'The message has no method.');
  }
  const { data } = lenientParamsSchema.safeParse(params);
  return { kind: 'notification', message: { jsonrpc: '2.0', method, params: data } };
}

function readRequest(value: JsonObject): Reading {
  const id = asId(value.id);
  if (id === undefined) {
    const message = 'The id of a request must be a string or a whole number.';
    return refused(undefined, rpcCodes.invalidRequest, message);
  }
  const { method } = value;
  if (typeof method !== 'string') {
    const message = 'The method of a request must be a string.';
    return refused(id, rpcCodes.invalidRequest, message);
  }
  const problem = problemOfForm(value);
  if (problem !== undefined) return refused(id, rpcCodes.invalidParams, problem);
  if (value.params === undefined) {
    const missing = problemOfParams(method, undefined);
    if (missing !== undefined) return refused(id, rpcCodes.invalidParams, missing);
    return { kind: 'request', message: { jsonrpc: '2.0', id, method } };
  }
  const { data, error } = paramsSchema.safeParse(value.params);
  if (!data) {
    const [issue] = error.issues;
    const path = ['params', ...(issue?.path ?? [])];
    const sentence = sentenceOf({ path, message: issue?.message ?? 'malformed' });
    return refused(id, rpcCodes.invalidParams, sentence);
  }
  const params = asMeant(method, data);
  const wrong = problemOfParams(method, params);
  if (wrong !== undefined) return refused(id, rpcCodes.invalidParams, wrong);
  return { kind: 'request', message: { jsonrpc: '2.0', id, method, params } };
}

/** What is wrong apart from the params, in one sentence. */
function problemOfForm(value: JsonObject): string | undefined {
  if (value.jsonrpc !== '2.0') return 'jsonrpc must be "2.0".';
  const stranger = Object.keys(value).find((member) => !members.includes(member));
  if (stranger === undefined) return undefined;
  return `A request can't have a member ${quoted(stranger, maxNameChars)}.`;
}

const maxNameChars = 60;

/**
 * The params as intended: without the request for a task, because this server has none, and the SDK
 * would fail on it after the call has taken effect; null arguments mean none, and so does a cursor
 * that is null or empty: it asks for the first page.
 */
function asMeant(method: string, { task, ...params }: z.output<typeof paramsSchema>) {
  const { [RELATED_TASK_META_KEY]: _, ...meta } = params._meta ?? {};
  const rest = params._meta === undefined ? params : { ...params, _meta: meta };
  const isNothing = (value: unknown) => value === null || value === '';
  if (method === 'tools/call' && rest.arguments === null) {
    const { arguments: none, ...others } = rest;
    return others;
  }
  if (method.endsWith('/list') && isNothing(rest.cursor)) {
    const { cursor, ...others } = rest;
    return others;
  }
  return rest;
}
