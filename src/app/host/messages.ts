import { isObject, type JsonObject, objectIn } from './records.ts';

/*
 * Messages of JSON-RPC 2.0, from the server and from the view.
 */

export type MessageId = string | number;

export type Message =
  | { kind: 'request'; id: MessageId; method: string; params: JsonObject }
  | { kind: 'notification'; method: string; params: JsonObject }
  | { kind: 'result'; id: MessageId; result: unknown }
  | { kind: 'error'; id: MessageId; error: RpcFailure };

/** Codes of JSON-RPC, and the one that the specification of MCP Apps leaves to hosts. */
export const codes = { unknownMethod: -32_601, wrongParams: -32_602, failed: -32_000 };

/** A request that was refused, or failed. */
export class RpcFailure extends Error {
  readonly code: number;
  readonly data: unknown;

  constructor(code: number, message: string, data?: unknown) {
    super(message);
    this.code = code;
    this.data = data;
  }

  /** As the error of a message. */
  toJSON(): object {
    const { code, message, data } = this;
    return data === undefined ? { code, message } : { code, message, data };
  }
}

/** What an error says. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** The id of a message; undefined for anything else. */
export function idIn(value: unknown): MessageId | undefined {
  return typeof value === 'string' || typeof value === 'number' ? value : undefined;
}

/** Reads a message; undefined for anything else. */
export function readMessage(value: unknown): Message | undefined {
  if (!isObject(value) || value.jsonrpc !== '2.0') return undefined;
  const { method, error } = value;
  const id = idIn(value.id);
  if (typeof method === 'string') {
    const params = objectIn(value.params);
    return id === undefined
      ? { kind: 'notification', method, params }
      : { kind: 'request', id, method, params };
  }
  if (id === undefined) return undefined;
  if (!isObject(error))
    return 'result' in value ? { kind: 'result', id, result: value.result } : undefined;
  const code = typeof error.code === 'number' ? error.code : codes.failed;
  return { kind: 'error', id, error: new RpcFailure(code, String(error.message), error.data) };
}
