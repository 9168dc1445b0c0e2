import {
  CancelledNotificationSchema,
  type JSONRPCMessage,
  type RequestId,
} from '@modelcontextprotocol/sdk/types.js';

/**
 * The requests of a client whose responses have not left yet, and those whose handlers have not
 * ended: the SDK tells requests apart by id alone, so a second request with the same id would be
 * cancelled in place of the first.
 */
export class Unanswered {
  /** The count for each id: a client that uses one twice gets two responses. */
  readonly #counts = new Map<RequestId, number>();
  readonly #running = new Set<RequestId>();
  #waiting: (() => void)[] = [];

  /** Whether a request with this id is among them. */
  has(id: RequestId): boolean {
    return this.#counts.has(id) || this.#running.has(id);
  }

  /** Records that the handler of a call has ended, with or without a response. */
  handled(id: RequestId): void {
    this.#running.delete(id);
  }

  /** Records a message from the client. A cancelled request gets no response. */
  received(message: JSONRPCMessage): void {
    if ('method' in message && 'id' in message) {
      this.#counts.set(message.id, (this.#counts.get(message.id) ?? 0) + 1);
      this.#running.add(message.id);
      // All other requests are answered at once.
      if (message.method !== 'tools/call') setImmediate(() => this.handled(message.id));
      return;
    }
    const { data } = CancelledNotificationSchema.safeParse(message);
    if (data?.params.requestId !== undefined) this.#counts.delete(data.params.requestId);
    this.#check();
  }

  /** Records a message to the client that has left. */
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
