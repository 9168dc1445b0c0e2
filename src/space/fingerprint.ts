/** The prime and offset of FNV-1a (Fowler, Noll and Vo) for 32 bits, and an offset for the second half. */
const prime = 0x01000193;
const offsets = [0x811c9dc5, 0x5bd1e995] as const;
/** A number holds exactly 53 bits: 32 of one half and this many of the other. */
const otherBits = 21;

/**
 * A number of 53 bits that is the same for equal strings and, for all practical purposes, different for
 * different ones. No decision may depend on it: somebody can construct two strings with the same one.
 */
export function fingerprint(text: string): number {
  let [low, high]: [number, number] = [offsets[0], offsets[1]];
  for (let at = 0; at < text.length; at += 1) {
    const unit = text.charCodeAt(at);
    low = Math.imul(low ^ unit, prime);
    // The order of the two steps differs, so that the halves do not depend on each other.
    high = Math.imul(high, prime) ^ unit ^ (high >>> 15);
  }
  return (low >>> 0) * 2 ** otherBits + (high >>> (32 - otherBits));
}
