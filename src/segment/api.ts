import type { CallContext as Call } from './call.ts';
import type { Audience, CreateAudienceInput, Pagination, UpdateAudienceInput } from './entities.ts';
import type { OperationName } from './operations.ts';

export type { CallContext as Call, Wait } from './call.ts';

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
  /** Ends all calls that wait for quota, and lets none wait from now on. */
  drain(): void;
  /** Drains, and closes the connections at once, also those in use. */
  close(): Promise<void>;
}
