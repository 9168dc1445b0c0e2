import type { Audience, CreateAudienceInput, Pagination, UpdateAudienceInput } from './entities.ts';
import type { OperationName } from './operations.ts';

/** A pause that a call makes before it can go on. */
export interface Wait {
  operation: OperationName;
  /** `quota`: the minute's requests are used up. `retry`: the last attempt failed. */
  reason: 'quota' | 'retry';
  /** Milliseconds left, as far as is known now. */
  leftMs: number;
}

/** What belongs to one tool call and goes along with all requests made for it. */
export interface Call {
  /** Aborted when the caller takes the call back. */
  signal: AbortSignal;
  /**
   * Milliseconds since the epoch: no wait for quota or before a retry may reach beyond. It moves on
   * while a person is asked, whose time is not the call's.
   */
  deadline: number;
  /** Told when a wait begins and every few seconds while it lasts. */
  onWait(wait: Wait): void;
}

/** One page of a space's audiences. */
export interface AudiencePage {
  audiences: Audience[];
  pagination: Pagination;
}

/** A request that changes something, with all that it is made of. */
export type Write =
  | { operation: 'create_audience'; spaceId: string; input: CreateAudienceInput }
  | {
      operation: 'update_audience_for_space';
      spaceId: string;
      id: string;
      input: UpdateAudienceInput;
    }
  | { operation: 'remove_audience_from_space'; spaceId: string; id: string };

/** A request as it would go over the wire, but for the token. */
export interface RequestPreview {
  method: string;
  url: string;
  headers: Record<string, string>;
  body?: object;
}

/**
 * Segment's Audiences API as the tools see it: what they depend on, and what a test double or
 * another edition has to provide. Every method rejects with an `AudiencesError`, never another.
 */
export interface SegmentApi {
  createAudience(spaceId: string, input: CreateAudienceInput, call: Call): Promise<Audience>;
  getAudience(spaceId: string, id: string, call: Call): Promise<Audience>;
  /** `count` is the size of the page, 1 to 1000; `cursor` comes from an earlier page. */
  listAudiences(
    spaceId: string,
    page: { count: number; cursor?: string },
    call: Call,
  ): Promise<AudiencePage>;
  /** Gives Segment's word for it, `SUCCESS`. */
  removeAudience(spaceId: string, id: string, call: Call): Promise<string>;
  updateAudience(
    spaceId: string,
    id: string,
    input: UpdateAudienceInput,
    call: Call,
  ): Promise<Audience>;
  /** What a write would send; sends nothing. */
  preview(write: Write): Promise<RequestPreview>;
  /**
   * Looks ahead whether a request could be sent in time, before others are spent on its behalf.
   * Rejects with `rate_limited` if not, or as the request itself would if it is not allowed.
   */
  foresee(operation: OperationName, spaceId: string, call: Call): Promise<void>;
  /**
   * Ends what waits for quota or for another attempt as `cancelled`, and lets none of it wait from now
   * on; requests that need not wait still go out.
   *
   * @param what `writes` only, so that reads go on, or `all`.
   */
  drain(what: 'writes' | 'all'): void;
  /** Drains, and closes the connections at once, also those in use. */
  close(): Promise<void>;
}
