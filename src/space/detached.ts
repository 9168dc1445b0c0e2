/** The same text, detached: a substring would keep the whole longer text in memory. */
export function detached(text: string): string {
  return Buffer.from(text, 'utf16le').toString('utf16le');
}
