/** What an operator sets: keys in base64, of 32 bytes or more each; the first one is in force. */
export type Secrets = readonly [string, ...string[]];

/** Loaded when first needed: start-up should not wait for it. */
const crypto = () => process.getBuiltinModule('node:crypto');

const keyBytes = 32;

/** The keys of a team server, each for one use. */
export interface TeamKeys {
  /** For the values by which a call shows that its user agreed: the first signs, all verify. */
  readonly confirmation: readonly Uint8Array[];
  /** For the ids of sessions: the first signs, all verify. */
  readonly session: readonly Uint8Array[];
  /** For what stands for a token where other programs can read it. */
  readonly fingerprint: Uint8Array;
}

/**
 * Derives the keys of a team server from its secrets, by HKDF-SHA256 (RFC 5869) with a label for each
 * use, so that none of them says anything of another.
 *
 * A server on stdio signs confirmations with the secret itself, as it always did: values that it gave
 * out stay good while it is updated. The two never take each other's values.
 */
export function keysOfSecrets(secrets: Secrets): TeamKeys {
  const derive = (label: string, secret: string): Uint8Array => {
    const bytes = Buffer.from(secret, 'base64');
    return new Uint8Array(crypto().hkdfSync('sha256', bytes, '', label, keyBytes));
  };
  return {
    confirmation: secrets.map((secret) => derive('confirmation', secret)),
    session: secrets.map((secret) => derive('session', secret)),
    fingerprint: derive('fingerprint', secrets[0]),
  };
}
