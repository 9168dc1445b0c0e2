import { createHash } from 'node:crypto';
import * as z from 'zod';
import { BrokenFile, parseJson } from './file-text.ts';
import { type AccessPolicy, policySchema } from './policy.ts';

/*
 * The file of keys. It holds no key, only what recognizes one: keys have 256 random bits, so their
 * plain SHA-256 can't be guessed, and needs no salt and no slow hash.
 */

/** By this, people and scanners for leaked secrets recognize a key. */
const keyPrefix = 'sgm_';
const keyBytes = 32;

const date = z.iso.datetime({
  offset: true,
  error: 'must be a date and time with a time zone, such as 2026-01-31T00:00:00Z',
});

const entrySchema = z.strictObject({
  /** Appears in logs and file names. */
  id: z
    .string()
    .regex(
      /^[a-z\d][a-z\d_-]{0,63}$/i,
      'must have 1 to 64 letters, digits, hyphens or underscores',
    ),
  hash: z.string().regex(/^sha256:[\da-f]{64}$/, 'must be sha256: and 64 digits in lower case'),
  owner: z
    .string()
    .regex(/^[^\p{Cc}\p{Default_Ignorable_Code_Point}]{1,200}$/u, 'must have 1 to 200 characters'),
  createdAt: date,
  expiresAt: date.optional(),
  revokedAt: date.optional(),
  policy: policySchema,
});

const fileSchema = z.strictObject({ version: z.literal(1), keys: z.array(entrySchema) });

/** A key, as the file knows it. */
export interface KeyEntry {
  readonly id: string;
  /** `sha256:` and hexadecimal digits. */
  readonly hash: string;
  readonly owner: string;
  /** This and the other dates: ISO 8601. */
  readonly createdAt: string;
  readonly expiresAt?: string | undefined;
  readonly revokedAt?: string | undefined;
  readonly policy: AccessPolicy;
}

/** @throws {BrokenFile} with everything that is wrong. */
export function parseKeysFile(text: string): readonly KeyEntry[] {
  const { keys } = parseJson(text, fileSchema);
  const repeated = (field: 'id' | 'hash') => {
    const values = keys.map((key) => key[field]);
    return values.flatMap((value, index) => {
      const first = values.indexOf(value);
      return first < index
        ? [`keys[${index}].${field} is the same as that of keys[${first}].`]
        : [];
    });
  };
  const problems = [...repeated('id'), ...repeated('hash')];
  if (problems.length > 0) throw new BrokenFile(problems);
  return keys;
}

/** The content of a file of keys. */
export function formatKeysFile(keys: readonly KeyEntry[]): string {
  return `${JSON.stringify({ version: 1, keys }, undefined, 2)}\n`;
}

/** @param randomBytes gives unpredictable bytes. */
export function newKey(randomBytes: (count: number) => Uint8Array): string {
  return keyPrefix + Buffer.from(randomBytes(keyBytes)).toString('base64url');
}

/** Whether a string has the form of a key. */
export function isKeyLike(text: string): boolean {
  return /^sgm_[\w-]{43}$/.test(text);
}

/** How the file recognizes a key. */
export function hashOfKey(key: string): string {
  return `sha256:${createHash('sha256').update(key).digest('hex')}`;
}

export type KeyStatus = 'valid' | 'expired' | 'revoked';

/** @param now milliseconds since the epoch. */
export function statusOf({ expiresAt, revokedAt }: Omit<KeyEntry, 'hash'>, now: number): KeyStatus {
  if (revokedAt !== undefined) return 'revoked';
  return expiresAt !== undefined && Date.parse(expiresAt) <= now ? 'expired' : 'valid';
}
