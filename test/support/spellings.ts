/** A text as it is, and as URLs, HTML and base64 write it. */
export function spellingsOf(text: string): string[] {
  const html = text.replaceAll('&', '&amp;');
  const base64 = Buffer.from(text).toString('base64');
  return [text, encodeURIComponent(text), html, base64, base64.replace(/=+$/, '')];
}
