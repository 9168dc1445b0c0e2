import type { Caller } from './caller.ts';

/** Finds out who sent a request. */
export interface Authenticator {
  /**
   * @param authorization the header of that name.
   * @throws {AccessError} if it lets nobody in.
   */
  authenticate(authorization: string | undefined): Promise<Caller>;
  /** Why nobody can be let in yet, in a sentence; undefined if all is ready. */
  notReady(): string | undefined;
  close(): void;
}

/** Why somebody was not let in; also the label of the metric. */
export const accessFaults = [
  'no_credentials',
  'malformed',
  'unknown',
  'expired',
  'revoked',
  'wrong_audience',
  'no_policy',
  'unavailable',
] as const;
export type AccessFault = (typeof accessFaults)[number];

/** Somebody was not let in. */
export class AccessError extends Error {
  readonly fault: AccessFault;
  /** 401; 403 for somebody known who may do nothing; 503 where it can't be told. */
  readonly status: 401 | 403 | 503;

  /** @param message one sentence for whoever sent the request; it never repeats a credential. */
  constructor(fault: AccessFault, status: 401 | 403 | 503, message: string) {
    super(message);
    this.name = 'AccessError';
    this.fault = fault;
    this.status = status;
  }
}
