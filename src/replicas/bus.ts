/**
 * A message from one replica to all others. They are about a client's request whose stream another
 * replica holds; `caller` and `session` must be those of that request.
 */
export type BusMessage =
  /** The client's response to a question of ours. */
  | { v: 1; kind: 'answer'; caller: string; session: string; id: string; response: object }
  /** The client cancels a request. */
  | { v: 1; kind: 'cancel'; caller: string; session: string; requestId: string | number };

/** Carries messages between replicas, each at most once; never back to the replica that sent it. */
export interface Bus {
  /** Never rejects: a message that can't be sent is lost. */
  publish(message: BusMessage): Promise<void>;
  /** @param receive gets every message of the others whose version and kind are known here. */
  subscribe(receive: (message: BusMessage) => void): void;
}

/** For a single replica. */
export const noBus: Bus = { publish: async () => {}, subscribe: () => {} };
