import {
  CancelledNotificationSchema,
  type JSONRPCMessage,
  type RequestId,
} from '@modelcontextprotocol/sdk/types.js';

/**
 * The requests of a client that have come in and whose responses have not left yet, and those whose
 * handlers have not ended: the SDK tells requests apart by id alone, so that a second one of the id would
 * be cancelled in place of the first.
 */
export class Unanswered {
  /** How many of each id: a client that uses one twice gets two responses. */
  readonly #counts = new Map<RequestId, number>();
  readonly #running = new Set<RequestId>();
  #waiting: (() => void)[] = [];

  /** Whether a request of this id is among them. */
  has(id: RequestId): boolean {
    return this.#counts.has(id) || this.#running.has(id);
  }

  /** Takes note that the handler of a call has ended, whether or not there is to be a response. */
  handled(id: RequestId): void {
    this.#running.delete(id);
  }

  /** Takes note of a message from the client. A request that it cancels gets no response. */
  received(message: JSONRPCMessage): void {
    if ('method' in message && 'id' in message) {
      this.#counts.set(message.id, (this.#counts.get(message.id) ?? 0) + 1);
      this.#running.add(message.id);
      // All others are answered at once.
      if (message.method !== 'tools/call') setImmediate(() => this.handled(message.id));
      return;
    }
    const { data } = CancelledNotificationSchema.safeParse(message);
    if (data?.params.requestId !== undefined) this.#counts.delete(data.params.requestId);
    this.#check();
  }

  /** Takes note of a message to the client that has left. */
  sent(message: JSONRPCMessage): void {
    if ('method' in message || message.id === undefined) return;
    const left = (this.#counts.get(message.id) ?? 0) - 1;
    if (left > 0) this.#counts.set(message.id, left);
    else this.#counts.delete(message.id);
    this.#running.delete(message.id);
    this.#check();
  }

  /** Resolves when there are none. */
  none(): Promise<void> {
    return new Promise((resolve) => {
      this.#waiting.push(resolve);
      this.#check();
    });
  }

  #check(): void {
    if (this.#counts.size > 0) return;
    for (const resolve of this.#waiting.splice(0)) resolve();
  }
}
