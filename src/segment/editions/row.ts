import type * as z from 'zod';
import type { Input, OperationName, Output } from '../contract.ts';
import type { AudiencesError } from '../errors.ts';

/** What the input asks for that an edition has no form for. */
export interface Unsupported {
  /** The input field at fault. */
  field: string;
  /** What it asks for, as the subject of "is not supported". */
  what: string;
}

/** How a list of more rows than Segment gives at once is read. */
export interface Paging<Name extends OperationName> {
  /** The page sizes to use, largest first: a smaller one when Segment refuses the one before. */
  sizes: readonly number[];
  countOf(input: Input<Name>): number;
  /** Where it begins, if that is a cursor. */
  cursorOf(input: Input<Name>): string | undefined;
  /** Whether the pages may come as the quota allows; else they are foreseen together. */
  isPatient(input: Input<Name>): boolean;
  /** The input that asks for one of the pages; without a cursor, for the first. */
  ask(input: Input<Name>, page: { count: number; cursor: string | undefined }): Input<Name>;
  /** How many rows a page has. */
  rowsIn(output: Output<Name>): number;
  /** The cursor of the next page; undefined after the last. */
  next(output: Output<Name>): string | undefined;
  /** Several pages, at least one, as one output. */
  join(outputs: readonly Output<Name>[]): Output<Name>;
}

/**
 * What a look came to: `there` with what was read, `missing` (a 404 in Segment's own form, not a
 * proxy's), `lacking` (the workspace lacks what the look itself needs), or none of them.
 */
export type Finding<Read> =
  | { kind: 'there'; output: Read }
  | { kind: 'missing' }
  | { kind: 'lacking' }
  | { kind: 'unclear' };

/** Makes a request that only reads. It rejects only if the call was cancelled. */
export type Look = <Read extends OperationName>(
  name: Read,
  input: Input<Read>,
) => Promise<Finding<Output<Read>>>;

/** A part of Segment's product, beyond audiences, that a workspace may lack. */
export interface Feature<Asked> {
  /** As people know it. */
  name: string;
  /**
   * Whether a refusal with 401, 403 or 404 is for want of it, and not for want of what the input
   * names: other reads show that.
   */
  isMissing(asked: Asked, look: Look, refusal: AudiencesError): Promise<boolean>;
}

/** How it is found out that what an operation was to take away is gone. */
export interface Gone<Name extends OperationName> {
  /** The output of an operation that took effect. */
  output: Output<Name>;
  /** Why an output leaves that in doubt, as what follows "the answer"; undefined if it does not. */
  doubtOf(output: Output<Name>): string | undefined;
  /** Whether it surely is gone. */
  isSo(input: Input<Name>, look: Look): Promise<boolean>;
}

/** The media type of operations that exist in alpha only, whatever the edition. */
export const alpha = 'application/vnd.segment.v1alpha+json';

/** All that an edition knows of one operation. */
export interface Row<Name extends OperationName> {
  method: 'GET' | 'POST' | 'PATCH' | 'DELETE';
  /** The path below the base URL; `{field}` stands for that field of the input. */
  path: string;
  /** The media type of `Accept` and `Content-Type`, where it is not the edition's own. */
  mediaType?: string;
  /** Requests per minute that the reference states, if it does; a gate starts with it. */
  perMinute?: number;
  /** Whether there is a quota other than that of the minute. */
  hasLongerQuota?: boolean;
  /** What tools call the `id` in the path, where they have another name for it. */
  idField?: string;
  /** Whether it changes something at Segment, or reaches out from there. */
  writes: boolean;
  /**
   * `repeatable`: a second identical request does no harm, so it may be sent again when the first
   * may have arrived. `once`: it is sent again only when the first surely had no effect.
   */
  resend: 'repeatable' | 'once';
  /** Parameters of the query string. */
  query?(input: Input<Name>): Record<string, string>;
  /** The JSON body. */
  body?(input: Input<Name>): object;
  /** What stands under `data` in a successful response; made when first needed, not at the start. */
  output: z.ZodType<Output<Name>>;
  /** Only for lists that are read in pages. */
  paging?: Paging<Name>;
  /** What of the input this edition can't express; undefined if it can express all of it. */
  unsupported?(input: Input<Name>): Unsupported | undefined;
  /**
   * Whether this edition gives the input another meaning than the one before it, so that whoever
   * agreed to it there has to be asked again.
   */
  changesMeaning?(input: Input<Name>): boolean;
  /** What the workspace needs for it, beyond audiences. */
  feature?: Feature<Input<Name>>;
  /**
   * How it is looked into whether it took effect, after an attempt that may have: where a later one was
   * refused, not answered or not made, and where the response does not say so.
   */
  ifGone?: Gone<Name>;
  /** What the caller does next when Segment returns HTTP 404. */
  ifNotFound: string;
  /** What the caller does next when the outcome is unknown. */
  ifUnknown?: string;
}

/** The row of an operation that only reads. */
export type ReadRow<Name extends OperationName> = Row<Name> & { writes: false };

/** How one edition of the API speaks: a row for each operation that it has. */
export interface Edition {
  name: 'v1alpha' | 'v1';
  /** In `Accept` and `Content-Type`. */
  mediaType: string;
  rows: { readonly [Name in OperationName]?: Row<Name> };
}

/** An edition that has every operation. */
export interface CompleteEdition extends Edition {
  rows: { readonly [Name in OperationName]: Row<Name> };
}

export type EditionName = Edition['name'];
