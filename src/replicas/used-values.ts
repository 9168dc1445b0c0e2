/** Which confirmation values were used up, as all replicas know it. */
export interface UsedValues {
  /** @param hash of the value. @throws {UnavailableError} if that can't be told. */
  isUsed(hash: string): Promise<boolean>;
  /**
   * Marks a value as used, for much longer than it lives.
   *
   * @returns false if it was marked already. @throws {UnavailableError} if that can't be recorded.
   */
  spend(hash: string): Promise<boolean>;
  /** Takes a mark back. Never rejects: a value that can't be given back stays used. */
  giveBack(hash: string): Promise<void>;
}
