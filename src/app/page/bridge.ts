import { type Fields, fieldsOf, numberOf, textOf } from './read.ts';

/*
 * JSON-RPC 2.0 with the host, as MCP Apps use it over postMessage (specification 2026-01-26).
 */

/** Sends messages to the host, and gets those from it. */
export interface Port {
  post(message: Fields): void;
  /** Called once. */
  listen(receive: (message: unknown) => void): void;
}

/** What the page does when the host asks or says something, by method; what it returns is the result. */
export type Handlers = Readonly<Record<string, (params: Fields) => unknown>>;

/** The host, or what is behind it, returned an error. */
export class BridgeError extends Error {
  readonly code: number;
  /** What the server adds to its own errors. */
  readonly data: Fields;

  constructor({ code, message, data }: Fields) {
    super(textOf(message) ?? 'The host returned an error.');
    this.code = numberOf(code) ?? -32603;
    this.data = fieldsOf(data);
  }
}

export interface Bridge {
  /** @throws {BridgeError} if the host returns an error. */
  request(method: string, params: Fields): Promise<unknown>;
  notify(method: string, params: Fields): void;
}

/** A connection to the host. */
export function bridgeOver({ post, listen }: Port, handlers: Handlers): Bridge {
  const waiting = new Map<unknown, (error: unknown, result: unknown) => void>();
  let lastId = 0;
  const send = (message: Fields) => post({ jsonrpc: '2.0', ...message });

  listen((message) => {
    const fields = fieldsOf(message);
    const { jsonrpc, id, method, params, result, error } = fields;
    if (jsonrpc !== '2.0') return;
    const name = textOf(method);
    if (name !== undefined) {
      // Only what the page itself has put there: a host may name a method `constructor`.
      const handle = Object.hasOwn(handlers, name) ? handlers[name] : undefined;
      const answer = handle
        ? { result: fieldsOf(handle(fieldsOf(params))) }
        : { error: { code: -32601, message: `Unknown method ${name}` } };
      // Every request is answered: a host waits for it before it takes the page down.
      if ('id' in fields) send({ id, ...answer });
      return;
    }
    waiting.get(id)?.(error, result);
    waiting.delete(id);
  });

  return {
    request: (method, params) =>
      new Promise((resolve, reject) => {
        lastId += 1;
        waiting.set(lastId, (error, result) =>
          error === undefined ? resolve(result) : reject(new BridgeError(fieldsOf(error))),
        );
        send({ id: lastId, method, params });
      }),
    notify: (method, params) => send({ method, params }),
  };
}
