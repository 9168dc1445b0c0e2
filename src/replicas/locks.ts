/** A lock that is held. */
export interface Lock {
  /**
   * Whether it is surely held still. It is lost where it could not be renewed for as long as its lease
   * lasts, as when this process was stopped.
   */
  isHeld(): boolean;
  /** Never rejects: a lock that can't be released ends with its lease. */
  release(): Promise<void>;
}

/** Locks that all replicas share. */
export interface Locks {
  /**
   * Takes a lock, and renews its lease until it is released.
   *
   * @param name any text. @param leaseMs how long it outlives a replica that is gone.
   * @returns undefined if another holds it. @throws {UnavailableError} if that can't be told.
   */
  take(name: string, leaseMs: number): Promise<Lock | undefined>;
}
