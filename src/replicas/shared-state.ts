import type { CreateQuota } from '../segment/quota/quota.ts';
import type { PreviewCount } from '../space/previews.ts';
import type { Bus } from './bus.ts';
import type { Locks } from './locks.ts';
import type { UsedValues } from './used-values.ts';

/** A workspace of Segment, and the token for it. */
export interface SegmentScope {
  baseUrl: string;
  token: string;
}

/** What replicas share about one token. */
export interface SharedScope {
  /** Makes quotas that all replicas with this token share. */
  createQuota: CreateQuota;
  /** For one write at a time, and one create of a name. */
  locks: Locks;
  previewCount: PreviewCount;
}

/** What is to be known of the shared state from outside. */
export interface SharedStateStatus {
  status: 'up' | 'down';
  /** How many replicas there were when that was last known, this one included. */
  replicasSeen: number;
}

/** What the replicas of a server share. */
export interface SharedState {
  usedValues: UsedValues;
  bus: Bus;
  /** What is shared about a token; the same object for the same token. */
  of(scope: SegmentScope): SharedScope;
  state(): SharedStateStatus;
  /**
   * @returns how long an answer took, and how far the store's date is ahead of ours.
   * @throws {UnavailableError} if there is none.
   */
  ping(): Promise<{ ms: number; skewMs: number }>;
  /** Lets the others know that this replica is gone, and ends the connections. Never rejects. */
  close(): Promise<void>;
}
