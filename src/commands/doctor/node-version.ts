/**
 * Whether a version of Node is older than another.
 *
 * @param version such as `20.18.1`, with or without a leading `v`.
 */
export function isOlder(version: string, than: string): boolean {
  const [ours, theirs] = [numbersOf(version), numbersOf(than)];
  const place = theirs.findIndex((number, index) => ours[index] !== number);
  return place !== -1 && (ours[place] ?? 0) < (theirs[place] ?? 0);
}

function numbersOf(version: string): number[] {
  return version.replace('v', '').trim().split('.').map(Number);
}
