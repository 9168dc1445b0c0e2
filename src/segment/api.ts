import type { CallContext } from './call.ts';
import type { Input, OperationName, Output } from './contract.ts';
import type { ReadName } from './editions/editions.ts';
import type { EditionName } from './editions/row.ts';

/**
 * A request that changes something: an operation with its edition-neutral input. The same value is
 * rehearsed, shown, sealed, recorded and sent.
 */
export interface Write<Name extends OperationName = OperationName> {
  operation: Name;
  input: Input<Name>;
}

/** A request as it would be sent in the edition in force, without the token. */
export interface RequestPreview {
  edition: EditionName;
  method: string;
  url: string;
  headers: Record<string, string>;
  body?: object;
}

/** The read-only part of the port. */
export interface ReadApi {
  send<Name extends ReadName>(
    name: Name,
    input: Input<Name>,
    call: CallContext,
  ): Promise<Output<Name>>;
}

/** What to stop: everything that waits, or only writes, while reads continue. */
export type DrainScope = 'all' | 'writes';

/**
 * Segment's API as the tools see it, whatever the edition: what they depend on, and what a test
 * double has to provide. Every method rejects with an `AudiencesError` only.
 */
export interface SegmentApi {
  /** Carries out one operation. */
  send<Name extends OperationName>(
    name: Name,
    input: Input<Name>,
    call: CallContext,
  ): Promise<Output<Name>>;
  /** The request that a write would send; sends nothing. */
  preview<Name extends OperationName>(write: Write<Name>): Promise<RequestPreview>;
  /**
   * Checks ahead whether a request could be sent in time, before other requests are spent on its
   * behalf. Rejects with `rate_limited` if not, or like the request itself if it is not allowed.
   */
  foresee(name: OperationName, spaceId: string, call: CallContext): Promise<void>;
  /** How many requests of an operation could be sent now without waiting for quota. */
  left(name: OperationName): Promise<number>;
  /** Ends the calls that wait for quota, and lets no call of that scope wait from now on. */
  drain(scope: DrainScope): void;
  /** Drains all, and closes the connections at once, including those in use. */
  close(): Promise<void>;
}
