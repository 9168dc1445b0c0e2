/** Loaded when first needed: start-up should not wait for it. */
const crypto = () => process.getBuiltinModule('node:crypto');

/**
 * Before all keys and channels; the number is that of the form of what they hold. A form that older
 * replicas can't read gets another number, so that both can run at the same time.
 */
export const prefix = 'sam:1';

/** How many characters of a digest are unique enough. */
const digestChars = 32;

/** What stands for a text in a key: short, and the text can't be read from it. */
export function digest(...parts: string[]): string {
  const hash = crypto().createHash('sha256').update(JSON.stringify(parts));
  return hash.digest('base64url').slice(0, digestChars);
}

/** The same for a secret: without the key, nobody can try out which one it is. */
export function fingerprint(key: Uint8Array, ...parts: string[]): string {
  const hmac = crypto().createHmac('sha256', key).update(JSON.stringify(parts));
  return hmac.digest('base64url').slice(0, digestChars);
}

/**
 * A key for one thing. In braces is what decides where Redis Cluster keeps it; each script is about one
 * key alone.
 */
export function keyOf(kind: string, id: string, ...more: string[]): string {
  return [prefix, kind, `{${id}}`, ...more].join(':');
}
