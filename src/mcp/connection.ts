import type { Transport } from '@modelcontextprotocol/sdk/shared/transport.js';
import type {
  JSONRPCMessage,
  JSONRPCNotification,
  RequestId,
} from '@modelcontextprotocol/sdk/types.js';
import type { Log } from '../log.ts';
import { visibleJson } from '../text/visible.ts';
import { Batch } from './batch.ts';
import { asId, type Reading, readMessage } from './messages.ts';
import { rpcCodes } from './rpc-error.ts';
import { readStart } from './start-of-message.ts';
import { Unanswered } from './unanswered.ts';

/** The one protocol version with batches. */
const versionWithBatches = '2025-03-26';
const maxBatchMessages = 100;

const idInUse = 'A request with this id is in progress.';

/** Carries text to a client and back. */
export interface Wire {
  /** Begins to read. */
  open(): void;
  /** Resolves when a text has left the process. */
  write(text: string): Promise<void>;
  close(): void;
}

/**
 * Passes one client's messages to the SDK and back. Everything that could be a request gets exactly
 * one response; what the SDK would drop, answer with a dump or fail on does not reach it. Invisible
 * characters leave as JSON escapes, so that no client's log or terminal is misled, while the parsed
 * value is the same.
 */
export class Connection implements Transport {
  onmessage?: Transport['onmessage'];
  onerror?: Transport['onerror'];
  onclose?: Transport['onclose'];
  readonly #wire: Wire;
  readonly #log: Log;
  readonly #unanswered = new Unanswered();
  /** The ids of our own open requests, as text: some clients respond to 0 with "0". */
  readonly #ours = new Set<string>();
  readonly #batches = new Map<RequestId, Batch>();
  #initializeId: RequestId | undefined;
  #isOpen = false;
  #version: unknown;

  constructor(wire: Wire, log: Log) {
    this.#wire = wire;
    this.#log = log;
  }

  /** Begins to read, if it has not yet. */
  async start(): Promise<void> {
    if (this.#isOpen) return;
    this.#isOpen = true;
    this.#wire.open();
  }

  async close(): Promise<void> {
    // Aborted calls are not waited for.
    for (const batch of new Set(this.#batches.values())) void this.#sendBatch(batch);
    this.#batches.clear();
    this.#wire.close();
    this.onclose?.();
  }

  async send(message: JSONRPCMessage): Promise<void> {
    if ('method' in message) {
      if ('id' in message) this.#ours.add(String(message.id));
      // A cancelled request is no longer waited for.
      else if (message.method === 'notifications/cancelled')
        this.#ours.delete(String(message.params?.requestId));
      return this.#wire.write(visibleJson(message));
    }
    if ('result' in message && message.id === this.#initializeId) {
      this.#version = message.result.protocolVersion;
    }
    const batch = message.id === undefined ? undefined : this.#batches.get(message.id);
    return batch ? this.#collect(batch, message) : this.#answer(message);
  }

  /** The version of the protocol that was agreed on; undefined before that. */
  get protocolVersion(): string | undefined {
    return typeof this.#version === 'string' ? this.#version : undefined;
  }

  /** Resolves when every request received is answered, and the responses have left the process. */
  answered(): Promise<void> {
    return this.#unanswered.none();
  }

  /** Frees the id of a call whose handler has ended, in case it was cancelled. */
  handled(id: RequestId): void {
    this.#unanswered.handled(id);
  }

  /** Answers a message that could not be handled; nothing is sent to what expects no answer. */
  fail(message: JSONRPCMessage, cause: unknown): void {
    this.#log('error', 'message not handled', { error: String(cause) });
    if (!('method' in message && 'id' in message)) return;
    const error = { code: rpcCodes.internalError, message: 'Internal error in this server.' };
    void this.send({ jsonrpc: '2.0', id: message.id, error });
  }

  /** Handles one line from the client; never throws. */
  receive(line: string): void {
    const text = line.startsWith('\ufeff') ? line.slice(1) : line;
    if (text.trim() === '') return;
    let value: unknown;
    try {
      value = JSON.parse(text);
    } catch {
      const message = 'This line is not JSON; a message is one JSON object on one line.';
      this.#refuse(undefined, rpcCodes.parseError, message);
      return;
    }
    if (Array.isArray(value)) this.#takeBatch(value);
    else this.#take(value, undefined);
  }

  /** Handles a line that is too long. @param start its beginning. */
  receiveTooLong(start: string, bytes: number, maxBytes: number): void {
    this.#log('warn', 'message ignored, it is too long', { bytes, maxBytes });
    const { id, isResponse } = readStart(start);
    if (isResponse) return;
    const message = `The message has ${bytes} bytes; the maximum is ${maxBytes}.`;
    this.#refuse(id, rpcCodes.invalidRequest, message);
  }

  #takeBatch(values: readonly unknown[]): void {
    const problem = this.#problemOfBatch(values);
    if (problem !== undefined) {
      this.#refuse(undefined, rpcCodes.invalidRequest, problem);
      return;
    }
    const batch = new Batch();
    for (const value of values) this.#take(value, batch);
    batch.seal();
    if (!batch.isOpen) void this.#sendBatch(batch);
  }

  #problemOfBatch(values: readonly unknown[]): string | undefined {
    if (this.#version !== versionWithBatches) {
      return `Only protocol version ${versionWithBatches} has batches: send each message by itself.`;
    }
    if (values.length === 0) return 'The batch is empty.';
    if (values.length > maxBatchMessages) {
      return `A batch may have at most ${maxBatchMessages} messages.`;
    }
    return values.some(isInitialize) ? "initialize can't be part of a batch." : undefined;
  }

  /** Handles one message, which may be part of a batch. */
  #take(value: unknown, batch: Batch | undefined): void {
    const reading = readMessage(value, (id) => this.#ours.has(String(id)));
    switch (reading.kind) {
      case 'refused':
        this.#refuse(reading.id, reading.code, reading.message, batch);
        break;
      case 'ignored':
        this.#log('debug', 'message ignored', { why: reading.why });
        break;
      case 'response':
        this.#ours.delete(String(reading.message.id));
        this.#passOn(reading.message);
        break;
      case 'notification':
        this.#unanswered.received(reading.message);
        if (reading.message.method === 'notifications/cancelled') this.#forget(reading.message);
        this.#passOn(reading.message);
        break;
      case 'request':
        this.#takeRequest(reading, batch);
    }
  }

  #takeRequest({ message }: Reading & { kind: 'request' }, batch: Batch | undefined): void {
    if (this.#unanswered.has(message.id)) {
      this.#refuse(message.id, rpcCodes.invalidRequest, idInUse, batch);
      return;
    }
    this.#unanswered.received(message);
    if (message.method === 'initialize') this.#initializeId = message.id;
    if (batch) {
      batch.expect(message.id);
      this.#batches.set(message.id, batch);
    }
    this.#passOn(message);
  }

  /** Passes a message to the SDK; an error there must not end the process. */
  #passOn(message: JSONRPCMessage): void {
    try {
      this.onmessage?.(message);
    } catch (error) {
      this.fail(message, error);
    }
  }

  /** Responds with an error; without the id, if that belongs to a request in progress. */
  #refuse(given: RequestId | undefined, code: number, problem: string, batch?: Batch): void {
    const isInUse = given !== undefined && this.#unanswered.has(given);
    const id = isInUse ? undefined : given;
    const message = isInUse ? idInUse : problem;
    const answer: JSONRPCMessage = { jsonrpc: '2.0', id, error: { code, message } };
    if (batch) batch.add(answer, undefined);
    else void this.#wire.write(visibleJson(answer));
  }

  async #answer(message: JSONRPCMessage): Promise<void> {
    await this.#wire.write(visibleJson(message));
    this.#unanswered.sent(message);
  }

  async #collect(batch: Batch, message: JSONRPCMessage): Promise<void> {
    const id = 'id' in message ? message.id : undefined;
    batch.add(message, id);
    if (id !== undefined) this.#batches.delete(id);
    if (!batch.isOpen) await this.#sendBatch(batch);
  }

  async #sendBatch({ responses }: Batch): Promise<void> {
    if (responses.length === 0) return;
    await this.#wire.write(visibleJson(responses));
    for (const response of responses) this.#unanswered.sent(response);
  }

  /** A cancelled request gets no response. */
  #forget({ params }: JSONRPCNotification): void {
    const id = asId(params?.requestId);
    const batch = id === undefined ? undefined : this.#batches.get(id);
    if (id === undefined || !batch) return;
    batch.forget(id);
    this.#batches.delete(id);
    if (!batch.isOpen) void this.#sendBatch(batch);
  }
}

function isInitialize(value: unknown): boolean {
  return (
    typeof value === 'object' &&
    value !== null &&
    'method' in value &&
    value.method === 'initialize'
  );
}
