import type { Clock } from '../../clock.ts';
import type { QuotaReport } from './report.ts';

/**
 * In a window that no response has reported on yet, the first request goes alone: the others follow
 * when it ends, or at the latest after this time.
 */
export const maxFirstAnswerMs = 1000;

/** When to ask again for a place if it is unknown when there will be one. */
export const askAgainMs = 1000;

/** The right to send one request now. Plain data. */
export interface Place {
  /** Unique among all places of the operation, whichever process took them. */
  readonly id: string;
  /** When it was taken, on the clock of the quota. */
  readonly takenAt: number;
  /**
   * When its process is given up that took it, on the clock of the quota; undefined for a process that
   * shares its quota with nobody.
   */
  readonly until?: number;
}

/** The reply to asking for a place: granted, or ask again after `ms`. */
export type Taken = { kind: 'granted'; place: Place } | { kind: 'wait'; ms: number };

/** Requests per minute, and their source: the reference, the server's responses, or the user. */
export interface Limit {
  perMinute: number;
  from: 'reference' | 'answers' | 'user';
}

/**
 * The quota of one operation: how many requests may be sent, and when. Decisions are asynchronous
 * and atomic, so that processes that share a token can share it; the forecast reads a local
 * picture. No method rejects: a quota that can't reach its store decides alone.
 */
export interface Quota {
  /** The limit in force, requests per minute. */
  readonly perMinute: number;
  /**
   * Whether the limit in force is only the reference's, and a response is due within `maxFirstAnswerMs`
   * that may correct it.
   */
  readonly mayLearnLimit: boolean;
  /**
   * Takes a place for a request that is sent now, or says how long to wait before asking again.
   * Every place must be ended by `settle` or `giveBack`, once.
   *
   * @param patienceMs how long the caller can still wait; one that can't wait for the first
   * response of a window is not held back by it.
   */
  take(patienceMs: number): Promise<Taken>;
  /**
   * A request has ended. @param report the quota according to its response; undefined if there was
   * none.
   */
  settle(place: Place, report: QuotaReport | undefined): Promise<void>;
  /** A request never left this machine: its place becomes free. */
  giveBack(place: Place): Promise<void>;
  /** Grants nothing before `untilMs` (on the monotonic clock): the server refuses the whole token. */
  closeUntil(untilMs: number): Promise<void>;
  /**
   * How long a caller with `ahead` others before it would wait from now, in milliseconds. Waiting
   * for responses that tell whether a place is left does not count.
   */
  forecastMs(ahead: number): number;
  /** Has `changed` called whenever others have changed what it knows; missing if there are no others. */
  onChange?(changed: () => void): void;
}

/** Makes the quota of one operation, which starts at `limit`. */
export type CreateQuota = (operation: string, limit: Limit, clock: Clock) => Quota;
