import type { JSONRPCMessage, RequestId } from '@modelcontextprotocol/sdk/types.js';

/** The requests of one JSON-RPC batch, whose responses leave together. */
export class Batch {
  readonly #open = new Set<RequestId>();
  readonly #responses: JSONRPCMessage[] = [];
  #isSealed = false;

  /** Whether anything is still to come: a message of the batch, or the response to a request. */
  get isOpen(): boolean {
    return !this.#isSealed || this.#open.size > 0;
  }

  /** All messages of the batch have been read. */
  seal(): void {
    this.#isSealed = true;
  }

  /** The responses so far. */
  get responses(): readonly JSONRPCMessage[] {
    return this.#responses;
  }

  /** Expects the response to a request. */
  expect(id: RequestId): void {
    this.#open.add(id);
  }

  /** Keeps a response until all have come. */
  add(response: JSONRPCMessage, id: RequestId | undefined): void {
    this.#responses.push(response);
    if (id !== undefined) this.#open.delete(id);
  }

  /** No response will come for a request: it was cancelled. */
  forget(id: RequestId): void {
    this.#open.delete(id);
  }
}
