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

/** What the page does when the host says something, by method. */
export interface Handlers {
  /** Gives the result. */
  requests: Readonly<Record<string, (params: Fields) => Fields>>;
  notifications: Readonly<Record<string, (params: Fields) => void>>;
}

/** The host, or what is behind it, returned an error. */
export class BridgeError extends Error {
  readonly code: number;

  constructor(code: number, message: string) {
    super(message);
    this.name = 'BridgeError';
    this.code = code;
  }
}

interface Waiting {
  resolve(result: unknown): void;
  reject(error: BridgeError): void;
}

const methodNotFound = -32601;
const internalError = -32603;

export class Bridge {
  readonly #port: Port;
  readonly #handlers: Handlers;
  readonly #waiting = new Map<number, Waiting>();
  #lastId = 0;

  constructor(port: Port, handlers: Handlers) {
    this.#port = port;
    this.#handlers = handlers;
    port.listen((message) => this.#receive(fieldsOf(message)));
  }

  /** @throws {BridgeError} if the host returns an error. */
  request(method: string, params: Fields): Promise<unknown> {
    this.#lastId += 1;
    const id = this.#lastId;
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject });
      this.#post({ id, method, params });
    });
  }

  notify(method: string, params: Fields): void {
    this.#post({ method, params });
  }

  #post(message: Fields): void {
    this.#port.post({ jsonrpc: '2.0', ...message });
  }

  #receive(message: Fields): void {
    if (message.jsonrpc !== '2.0') return;
    const method = textOf(message.method);
    if (method === undefined) this.#settle(message);
    else if ('id' in message) this.#answer(message.id, method, fieldsOf(message.params));
    else own(this.#handlers.notifications, method)?.(fieldsOf(message.params));
  }

  #settle({ id, result, error }: Fields): void {
    const waiting = typeof id === 'number' ? this.#waiting.get(id) : undefined;
    if (!waiting || typeof id !== 'number') return;
    this.#waiting.delete(id);
    if (error === undefined) waiting.resolve(result);
    else {
      const { code, message } = fieldsOf(error);
      const text = textOf(message) ?? 'The host returned an error.';
      waiting.reject(new BridgeError(numberOf(code) ?? internalError, text));
    }
  }

  /** Every request is answered: a host waits for it before it takes the page down. */
  #answer(id: unknown, method: string, params: Fields): void {
    const handle = own(this.#handlers.requests, method);
    if (handle) this.#post({ id, result: handle(params) });
    else this.#post({ id, error: { code: methodNotFound, message: `Unknown method ${method}` } });
  }
}

/** Only what the page itself has put there: a host may name a method `constructor`. */
function own<Value>(record: Readonly<Record<string, Value>>, key: string): Value | undefined {
  return Object.hasOwn(record, key) ? record[key] : undefined;
}
