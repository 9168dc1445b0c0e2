import { UnavailableError } from '../segment/errors.ts';

/**
 * What replicas share can't be reached: there is no connection, or no answer in time. Whether the last
 * request took effect is unknown.
 */
export class StoreGoneError extends UnavailableError {}

/** A document in place of another one. */
export interface Swap {
  /** The version that must be there; empty if there must be none. */
  expected: string;
  /** The new document: its version, a blank, and the rest. */
  text: string;
  /** How long it is kept, milliseconds. */
  lifeMs: number;
}

/** What an exchange with the store came to. */
export interface Exchanged {
  /** The store's time, milliseconds since the epoch. */
  now: number;
  /** Whether the document was put in its place. */
  isSwapped: boolean;
  /** The document that is there, if it was not; undefined if there is none. */
  current: string | undefined;
}

/** Where replicas keep the documents that they share. */
export interface Store {
  /**
   * Puts a document in the place of the one that it was made from, in one step, and lets all others
   * know of it.
   *
   * @param swap undefined to read only. @throws {StoreGoneError}
   */
  exchange(key: string, swap: Swap | undefined): Promise<Exchanged>;
  /** @param receive gets every document that is put there, sometimes late and sometimes never. */
  watch(key: string, receive: (text: string) => void): void;
  /** Calls `back` when the store can be reached again, and what was missed has to be read. */
  onReturn(back: () => void): void;
  /** How many replicas there are, this one included, as far as was known last. */
  readonly replicasSeen: number;
}
