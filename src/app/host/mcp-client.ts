import { eventsIn } from './events.ts';
import { codes, idIn, type Message, type MessageId, RpcFailure, readMessage } from './messages.ts';
import { type JsonObject, objectIn, textIn } from './records.ts';

/*
 * A client of MCP over Streamable HTTP, for the server that this page comes from.
 */

const protocolVersion = '2025-11-25';
const uiExtension = 'io.modelcontextprotocol/ui';
/** The only content type of MCP Apps. */
export const viewType = 'text/html;profile=mcp-app';

/** How far a call is. */
export interface Progress {
  message: string | undefined;
  done: number;
  /** Undefined if unknown. */
  total: number | undefined;
}

export interface McpClientOptions {
  url: string;
  key: string;
  name: string;
  version: string;
  fetch: typeof fetch;
  /**
   * Asks the user a question of the server; undefined if it is to use other ways.
   *
   * @param withdrawn aborted when the answer can no longer matter.
   */
  ask: ((question: JsonObject, withdrawn: AbortSignal) => Promise<JsonObject>) | undefined;
}

export interface RequestOptions {
  /** Aborted to cancel the request. */
  signal?: AbortSignal;
  onProgress?: (progress: Progress) => void;
}

/** The server does not answer, or does not let us in: a sentence for the user. */
export class ConnectionError extends Error {}

export class McpClient {
  readonly #options: McpClientOptions;
  readonly #questions = new Map<MessageId, AbortController>();
  #session: Promise<string> | undefined;
  #lastId = 0;

  constructor(options: McpClientOptions) {
    this.#options = options;
  }

  /**
   * Sends a request and waits for its result.
   *
   * @throws {RpcFailure} if the server refuses it. @throws {ConnectionError}
   */
  async request(
    method: string,
    params: JsonObject,
    options: RequestOptions = {},
  ): Promise<unknown> {
    const first = await this.#attempt(method, params, options);
    // If the session is unknown, nothing was done.
    const last = first ?? (await this.#attempt(method, params, options));
    if (!last) throw new ConnectionError('The server does not keep its sessions.');
    return last.result;
  }

  /** @returns undefined if the server does not know the session; there is then no session anymore. */
  async #attempt(
    method: string,
    params: JsonObject,
    options: RequestOptions,
  ): Promise<{ result: unknown } | undefined> {
    const { signal } = options;
    signal?.throwIfAborted();
    this.#session ??= this.#begin();
    const session = this.#session;
    const id = this.#newId();
    const asked = { ...params, _meta: { ...objectIn(params._meta), progressToken: id } };
    const cancel = () => void this.#cancel(session, id);
    signal?.addEventListener('abort', cancel, { once: true });
    try {
      const message = { jsonrpc: '2.0', id, method, params: asked };
      const response = await this.#post(message, await session, signal);
      if (response.status !== 404) return { result: await this.#resultIn(response, id, options) };
      this.#session = undefined;
      return undefined;
    } finally {
      signal?.removeEventListener('abort', cancel);
    }
  }

  /** Begins a session; one that can't begin is not kept. */
  #begin(): Promise<string> {
    const session = this.#initialize();
    session.catch(() => {
      if (this.#session === session) this.#session = undefined;
    });
    return session;
  }

  /** @returns the id of a new session. */
  async #initialize(): Promise<string> {
    const { name, version, ask } = this.#options;
    const capabilities = {
      ...(ask ? { elicitation: { form: {} } } : {}),
      extensions: { [uiExtension]: { mimeTypes: [viewType] } },
    };
    const params = { protocolVersion, capabilities, clientInfo: { name, version } };
    const id = this.#newId();
    const response = await this.#post({ jsonrpc: '2.0', id, method: 'initialize', params });
    await this.#resultIn(response, id, {});
    const session = response.headers.get('mcp-session-id') ?? '';
    await this.#post({ jsonrpc: '2.0', method: 'notifications/initialized' }, session);
    return session;
  }

  #newId(): number {
    this.#lastId += 1;
    return this.#lastId;
  }

  async #post(message: object, session?: string, signal?: AbortSignal): Promise<Response> {
    const { url, key, fetch: send } = this.#options;
    const headers: Record<string, string> = {
      authorization: `Bearer ${key}`,
      'content-type': 'application/json',
      accept: 'application/json, text/event-stream',
    };
    if (session !== undefined) {
      headers['mcp-session-id'] = session;
      headers['mcp-protocol-version'] = protocolVersion;
    }
    const response = await send(url, {
      method: 'POST',
      headers,
      body: JSON.stringify(message),
      signal,
    }).catch((error: unknown) => {
      if (signal?.aborted) throw error;
      throw new ConnectionError('The server does not answer: is the command still running?');
    });
    if (response.status === 401) {
      throw new ConnectionError('This page has no valid key: start the command again.');
    }
    return response;
  }

  /** The result of a request; what else comes before it is served. */
  async #resultIn(
    response: Response,
    id: MessageId,
    { signal, onProgress }: RequestOptions,
  ): Promise<unknown> {
    let answer: { result: unknown } | undefined;
    // To the end, even after the answer: to the server, a client that closes a stream is gone.
    for await (const message of messagesIn(response)) {
      if (message.kind === 'result' && message.id === id) answer = message;
      // A refusal on the level of HTTP may have no id.
      if (message.kind === 'error') throw message.error;
      if (message.kind === 'request') void this.#answer(message);
      if (message.kind === 'notification') this.#notice(message, onProgress);
    }
    if (answer) return answer.result;
    signal?.throwIfAborted();
    throw new ConnectionError('The server ended without an answer.');
  }

  #notice(
    { method, params }: Message & { kind: 'notification' },
    onProgress: RequestOptions['onProgress'],
  ): void {
    if (method === 'notifications/progress') {
      const { message, progress, total } = params;
      onProgress?.({
        message: textIn(message),
        done: Number(progress),
        total: typeof total === 'number' ? total : undefined,
      });
    }
    if (method !== 'notifications/cancelled') return;
    const id = idIn(params.requestId);
    if (id !== undefined) this.#questions.get(id)?.abort();
  }

  /** Answers a request of the server. */
  async #answer({ id, method, params }: Message & { kind: 'request' }): Promise<void> {
    const session = await this.#session;
    const reply = (answer: object) =>
      this.#post({ jsonrpc: '2.0', id, ...answer }, session).catch(() => {});
    const { ask } = this.#options;
    if (method === 'ping') return void reply({ result: {} });
    if (method !== 'elicitation/create' || !ask) {
      const error = new RpcFailure(codes.unknownMethod, `There is no method ${method} here.`);
      return void reply({ error });
    }
    const withdrawn = new AbortController();
    this.#questions.set(id, withdrawn);
    const result = await ask(params, withdrawn.signal);
    this.#questions.delete(id);
    if (!withdrawn.signal.aborted) await reply({ result });
  }

  async #cancel(session: Promise<string>, requestId: MessageId): Promise<void> {
    const message = { jsonrpc: '2.0', method: 'notifications/cancelled', params: { requestId } };
    await session.then((id) => this.#post(message, id)).catch(() => {});
  }
}

/** The messages in a response, whether it is a stream or not. */
async function* messagesIn(response: Response): AsyncGenerator<Message> {
  const { body, headers } = response;
  if (body === null) return;
  const isStream = headers.get('content-type')?.startsWith('text/event-stream') ?? false;
  const texts = isStream ? eventsIn(body) : [await response.text()];
  try {
    for await (const text of texts) {
      const message = readMessage(parse(text));
      if (message) yield message;
    }
  } catch {
    throw new ConnectionError('The connection to the server broke off.');
  }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
