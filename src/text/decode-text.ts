/**
 * The text of a file in UTF-8, or in UTF-16 if it begins with that byte-order mark: `>` in Windows
 * PowerShell writes UTF-16. The mark is removed; invalid bytes become U+FFFD.
 */
export function decodeText(bytes: Uint8Array): string {
  const [first, second] = bytes;
  if (first === 0xff && second === 0xfe) return new TextDecoder('utf-16le').decode(bytes);
  if (first === 0xfe && second === 0xff) return new TextDecoder('utf-16be').decode(bytes);
  return new TextDecoder().decode(bytes);
}
