import type { CallContext } from './call.ts';
import type { Input, OperationName, Output } from './contract.ts';
import type { ReadName } from './editions/editions.ts';
import type { EditionName } from './editions/row.ts';

/**
 * A request that changes something: an operation with its input, neutral as to the edition. The same
 * value is rehearsed, shown, sealed, recorded and sent.
 */
export interface Write<Name extends OperationName = OperationName> {
  operation: Name;
  input: Input<Name>;
}

/** A request as it would go over the wire in the edition in force, but for the token. */
export interface RequestPreview {
  edition: EditionName;
  method: string;
  url: string;
  headers: Record<string, string>;
  body?: object;
}

/** The part of the port that only reads. */
export interface ReadApi {
  send<Name extends ReadName>(
    name: Name,
    input: Input<Name>,
    call: CallContext,
  ): Promise<Output<Name>>;
}

/** What to stop: everything that waits, or only writes, while reads go on. */
export type DrainScope = 'all' | 'writes';

/**
 * Segment's API as the tools see it, whatever the edition: what they depend on, and what a test
 * double has to provide. Every method rejects with an `AudiencesError`, never another.
 */
export interface SegmentApi {
  /** Carries out one operation. */
  send<Name extends OperationName>(
    name: Name,
    input: Input<Name>,
    call: CallContext,
  ): Promise<Output<Name>>;
  /** What a write would send; sends nothing. */
  preview<Name extends OperationName>(write: Write<Name>): Promise<RequestPreview>;
  /**
   * Looks ahead whether a request could be sent in time, before others are spent on its behalf.
   * Rejects with `rate_limited` if not, or as the request itself would if it is not allowed.
   */
  foresee(name: OperationName, spaceId: string, call: CallContext): Promise<void>;
  /** How many requests of an operation could be sent now without a wait for quota. */
  left(name: OperationName): Promise<number>;
  /** Ends the calls that wait for quota, and lets none of that scope wait from now on. */
  drain(scope: DrainScope): void;
  /** Drains all, and closes the connections at once, also those in use. */
  close(): Promise<void>;
}
