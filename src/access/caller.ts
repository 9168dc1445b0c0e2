import type { AccessPolicy } from './policy.ts';

/** The scopes of OAuth tokens that this server knows. */
export const scopes = { read: 'audiences:read', write: 'audiences:write' } as const;
export type Scope = (typeof scopes)[keyof typeof scopes];

/** Whoever sent a request, and what they may do. */
export interface Caller {
  /**
   * Stable, and safe to log: the id of a key, or the issuer's subject. It is bound into session ids
   * and confirmations, so that one person's can't be used by another.
   */
  readonly id: string;
  readonly policy: AccessPolicy;
  /** What an OAuth token grants; undefined where all is granted that the policy allows. */
  readonly scopes: ReadonlySet<Scope> | undefined;
}
