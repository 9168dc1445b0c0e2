import type {
  Transport,
  TransportSendOptions,
} from '@modelcontextprotocol/sdk/shared/transport.js';
import type {
  JSONRPCMessage,
  JSONRPCNotification,
  JSONRPCRequest,
  JSONRPCResponse,
  RequestId,
} from '@modelcontextprotocol/sdk/types.js';
import type { Statement } from './session-seals.ts';

/** The id of the `initialize` that no client sent; clients choose no such id by accident. */
const resumeId = 'segment-audiences-mcp:resume';

/** Where questions to the client are noted, so that the answers find their way back. */
export interface Questions {
  /** @returns the id under which the question goes out. */
  asked(deliver: (answer: JSONRPCResponse) => void): string;
  forget(id: string): void;
}

/**
 * Makes a server believe that its stateless transport has had the session's `initialize`: it is fed
 * what the client said then, and the answer is kept back. The ids of the server's own requests are
 * replaced by unique ones, because every server counts from 0.
 */
export class ResumedTransport implements Transport {
  onmessage?: Transport['onmessage'];
  onerror?: Transport['onerror'];
  onclose?: Transport['onclose'];
  readonly #inner: Transport;
  readonly #questions: Questions;
  /** Our open questions: the server's own ids by the ids that went out. */
  readonly #open = new Map<string, RequestId>();
  #resumed = () => {};
  #isGone = false;
  /** The version agreed on, once an `initialize` of the client was answered. */
  negotiated: string | undefined;

  constructor(inner: Transport, questions: Questions) {
    this.#inner = inner;
    this.#questions = questions;
  }

  async start(): Promise<void> {
    this.#inner.onmessage = (message, extra) => this.onmessage?.(message, extra);
    this.#inner.onerror = (error) => this.onerror?.(error);
    this.#inner.onclose = () => this.onclose?.();
    await this.#inner.start();
  }

  async close(): Promise<void> {
    for (const id of this.#open.keys()) this.#questions.forget(id);
    this.#open.clear();
    await this.#inner.close();
  }

  /** Brings the server to the point where the session's client had got it. */
  resume({ protocolVersion, client, elicits }: Statement): Promise<void> {
    const done = new Promise<void>((resolve) => {
      this.#resumed = resolve;
    });
    const capabilities = elicits ? { elicitation: { form: {} } } : {};
    const params = { protocolVersion, clientInfo: client, capabilities };
    this.onmessage?.({ jsonrpc: '2.0', id: resumeId, method: 'initialize', params });
    return done;
  }

  /** The client is gone: what is still sent is for nobody. */
  abandon(): void {
    this.#isGone = true;
  }

  /** Passes on that the client cancelled its request. */
  cancel(requestId: RequestId): void {
    this.onmessage?.({
      jsonrpc: '2.0',
      method: 'notifications/cancelled',
      params: { requestId },
    });
  }

  async send(message: JSONRPCMessage, options?: TransportSendOptions): Promise<void> {
    if ('method' in message) {
      if ('id' in message) return this.#ask(message, options);
      const sent = message.method === 'notifications/cancelled' ? this.#named(message) : message;
      return this.#pass(sent, options);
    }
    if (message.id === resumeId) return this.#resumed();
    if ('result' in message && typeof message.result.protocolVersion === 'string') {
      this.negotiated = message.result.protocolVersion;
    }
    return this.#pass(message, options);
  }

  async #ask(request: JSONRPCRequest, options?: TransportSendOptions): Promise<void> {
    const id = this.#questions.asked((answer) => {
      this.#questions.forget(id);
      this.#open.delete(id);
      this.onmessage?.({ ...answer, id: request.id });
    });
    this.#open.set(id, request.id);
    await this.#pass({ ...request, id }, options);
  }

  /** The server gives up a question: the client knows it by the id that went out. */
  #named(notification: JSONRPCNotification): JSONRPCNotification {
    const wanted = notification.params?.requestId;
    for (const [id, own] of this.#open) {
      if (own !== wanted) continue;
      this.#open.delete(id);
      this.#questions.forget(id);
      return { ...notification, params: { ...notification.params, requestId: id } };
    }
    return notification;
  }

  async #pass(message: JSONRPCMessage, options?: TransportSendOptions): Promise<void> {
    if (!this.#isGone) await this.#inner.send(message, options);
  }
}
