import type * as z from 'zod';
import type { Input, OperationName, Output } from '../contract.ts';
import type { AudiencesError } from '../errors.ts';

/** What the input asks for that an edition can't express. */
export interface Unsupported {
  /** The input field at fault. */
  field: string;
  /** What it asks for, as the subject of "is not supported". */
  what: string;
}

/** How to read a list of more rows than Segment returns at once. */
export interface Paging<Name extends OperationName> {
  /** The page sizes to use, largest first: a smaller one when Segment refuses the one before. */
  sizes: readonly number[];
  countOf(input: Input<Name>): number;
  /** Where it begins, if at a cursor. */
  cursorOf(input: Input<Name>): string | undefined;
  /** Whether the pages may come as the quota allows; otherwise they are planned together. */
  isPatient(input: Input<Name>): boolean;
  /** The input that asks for one of the pages; without a cursor, for the first. */
  ask(input: Input<Name>, page: { count: number; cursor: string | undefined }): Input<Name>;
  /** How many rows a page has. */
  rowsIn(output: Output<Name>): number;
  /** The cursor of the next page; undefined after the last. */
  next(output: Output<Name>): string | undefined;
  /** One or more pages as one output. */
  join(outputs: readonly Output<Name>[]): Output<Name>;
}

/**
 * The result of a check: `there` with what was read, `missing` (a 404 in Segment's own format, not
 * a proxy's), `lacking` (the workspace lacks what the check itself needs), or none of them.
 */
export type Finding<Read> =
  | { kind: 'there'; output: Read }
  | { kind: 'missing' }
  | { kind: 'lacking' }
  | { kind: 'unclear' };

/** Makes a read request. Rejects only if the call was cancelled. */
export type Look = <Read extends OperationName>(
  name: Read,
  input: Input<Read>,
) => Promise<Finding<Output<Read>>>;

/** A part of Segment's product, beyond audiences, that a workspace may lack. */
export interface Feature<Asked> {
  /** Its name for people. */
  name: string;
  /**
   * Whether a refusal with 401, 403 or 404 means that it is missing, not what the input names:
   * other reads show that.
   */
  isMissing(asked: Asked, look: Look, refusal: AudiencesError): Promise<boolean>;
}

/** How to find out whether what an operation was to remove is gone. */
export interface Gone<Name extends OperationName> {
  /** The output of an operation that took effect. */
  output: Output<Name>;
  /**
   * Why an output leaves that in doubt, phrased to follow "the response"; undefined if it does not.
   */
  doubtOf(output: Output<Name>): string | undefined;
  /** Whether it is certainly gone. */
  isSo(input: Input<Name>, look: Look): Promise<boolean>;
}

/** The media type of operations that exist only in alpha, whatever the edition. */
export const alpha = 'application/vnd.segment.v1alpha+json';

/** Everything that an edition knows about one operation. */
export interface Row<Name extends OperationName> {
  method: 'GET' | 'POST' | 'PATCH' | 'DELETE';
  /** The path below the base URL; `{field}` stands for that field of the input. */
  path: string;
  /** The media type of `Accept` and `Content-Type`, if it is not the edition's own. */
  mediaType?: string;
  /** Requests per minute in Segment's reference, if stated; a gate starts with it. */
  perMinute?: number;
  /** Whether there is a quota other than the per-minute one. */
  hasLongerQuota?: boolean;
  /** The tools' name for the `id` in the path, if it is another one. */
  idField?: string;
  /** Whether it changes something at Segment, or sends something from there. */
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
  /** The `data` of a successful response; made when first needed, not at the start. */
  output: z.ZodType<Output<Name>>;
  /** Only for lists that are read in pages. */
  paging?: Paging<Name>;
  /** What of the input this edition can't express; undefined if it can express all of it. */
  unsupported?(input: Input<Name>): Unsupported | undefined;
  /**
   * Whether the input means something else in this edition than in the previous one, so that
   * whoever agreed to it there has to be asked again.
   */
  changesMeaning?(input: Input<Name>): boolean;
  /** What the workspace needs for it, beyond audiences. */
  feature?: Feature<Input<Name>>;
  /**
   * How to check whether it took effect, after an attempt that may have: if a later one was
   * refused, got no response or was not made, and if the response does not say.
   */
  ifGone?: Gone<Name>;
  /** What the caller does next when Segment returns HTTP 404. */
  ifNotFound: string;
  /** What the caller does next when the outcome is unknown. */
  ifUnknown?: string;
}

/** The row of an operation that only reads. */
export type ReadRow<Name extends OperationName> = Row<Name> & { writes: false };

/** One edition of the API: a row for each operation that it has. */
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
