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
  /** Milliseconds since the epoch: no wait for quota or before a retry may reach beyond. */
  deadline: number;
  /** Told when a wait begins and every few seconds while it lasts. */
  onWait(wait: Wait): void;
}

/** One page of a space's audiences. */
export interface AudiencePage {
  audiences: Audience[];
  pagination: Pagination;
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
  /** Ends all calls that wait for quota, and lets none wait from now on. */
  drain(): void;
  /** Drains, and closes the connections at once, also those in use. */
  close(): Promise<void>;
}
