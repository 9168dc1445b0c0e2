import type { JSONRPCResponse, RequestId } from '@modelcontextprotocol/sdk/types.js';
import { readMessage } from '../../mcp/messages.ts';
import type { Bus } from '../../replicas/bus.ts';
import type { Questions } from './resumed-transport.ts';
import type { Statement } from './session-seals.ts';

/** Whose request something is about; neither another caller nor another session may touch it. */
type Owner = Pick<Statement, 'caller' | 'id'>;

interface Question {
  owner: Owner;
  deliver: (answer: JSONRPCResponse) => void;
}

/**
 * The requests that this replica is answering, and the questions that it has put to their clients.
 * An answer or a cancellation may arrive at any replica: one that belongs to none here goes to the
 * others.
 */
export class UnderWay {
  readonly #bus: Bus;
  readonly #newId: () => string;
  readonly #requests = new Map<string, () => void>();
  readonly #questions = new Map<string, Question>();

  /** @param newId gives unique ids that nobody can guess. */
  constructor(bus: Bus, newId: () => string) {
    this.#bus = bus;
    this.#newId = newId;
    bus.subscribe((message) => {
      const owner = { caller: message.caller, id: message.session };
      if (message.kind === 'cancel') this.#cancel(owner, message.requestId);
      else {
        const reading = readMessage(message.response, () => true);
        if (reading.kind === 'response') this.#answer(owner, reading.message);
      }
    });
  }

  /** Whether a request of this session and id is being answered here. */
  has(owner: Owner, id: RequestId): boolean {
    return this.#requests.has(keyOf(owner, id));
  }

  /**
   * Notes a request while it is being answered.
   *
   * @param cancel called if the client cancels it. @returns what ends it.
   */
  begin(owner: Owner, id: RequestId, cancel: () => void): () => void {
    const key = keyOf(owner, id);
    this.#requests.set(key, cancel);
    return () => this.#requests.delete(key);
  }

  /** Where the questions of one session are noted. */
  questionsOf(owner: Owner): Questions {
    return {
      asked: (deliver) => {
        const id = this.#newId();
        this.#questions.set(id, { owner, deliver });
        return id;
      },
      forget: (id) => this.#questions.delete(id),
    };
  }

  /** Delivers a client's answer to whoever asked, on whichever replica. */
  async answer(owner: Owner, response: JSONRPCResponse): Promise<void> {
    const { id } = response;
    if (typeof id !== 'string' || this.#answer(owner, response)) return;
    const { caller, id: session } = owner;
    await this.#bus.publish({ v: 1, kind: 'answer', caller, session, id, response });
  }

  /** Cancels a client's request, on whichever replica it is. */
  async cancel(owner: Owner, requestId: RequestId): Promise<void> {
    if (this.#cancel(owner, requestId)) return;
    const { caller, id: session } = owner;
    await this.#bus.publish({ v: 1, kind: 'cancel', caller, session, requestId });
  }

  /** @returns whether the question is ours, even if the answer is not from whom it was put to. */
  #answer({ caller, id }: Owner, response: JSONRPCResponse): boolean {
    const question = this.#questions.get(String(response.id));
    if (!question) return false;
    if (question.owner.caller === caller && question.owner.id === id) question.deliver(response);
    return true;
  }

  #cancel(owner: Owner, requestId: RequestId): boolean {
    const cancel = this.#requests.get(keyOf(owner, requestId));
    cancel?.();
    return cancel !== undefined;
  }
}

function keyOf({ caller, id }: Owner, requestId: RequestId): string {
  return JSON.stringify([caller, id, requestId]);
}
