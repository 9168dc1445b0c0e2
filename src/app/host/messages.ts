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

/** Reads a message; undefined for anything else. */
export function readMessage(value: unknown): Message | undefined {
  if (!isObject(value) || value.jsonrpc !== '2.0') return undefined;
  const { id, method, error } = value;
  const isId = typeof id === 'string' || typeof id === 'number';
  if (typeof method === 'string') {
    const params = objectIn(value.params);
    return isId
      ? { kind: 'request', id, method, params }
      : { kind: 'notification', method, params };
  }
  if (!isId) return undefined;
  if (!isObject(error))
    return 'result' in value ? { kind: 'result', id, result: value.result } : undefined;
  const code = typeof error.code === 'number' ? error.code : codes.failed;
  return { kind: 'error', id, error: new RpcFailure(code, String(error.message), error.data) };
}
