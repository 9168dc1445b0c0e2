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
  /** Removes a mark. Never rejects: a value whose mark can't be removed stays used. */
  giveBack(hash: string): Promise<void>;
}
