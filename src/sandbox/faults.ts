import type { IncomingHttpHeaders } from 'node:http';
import type { SandboxOperation } from './operations.ts';

/** A request that the sandbox recognised, as `faults` is shown it. */
export interface SandboxRequest {
  operation: SandboxOperation;
  method: string;
  /** The raw request target. */
  path: string;
  spaceId: string | undefined;
  id: string | undefined;
  headers: IncomingHttpHeaders;
  /** The parsed JSON, undefined if there is none. */
  body: unknown;
  /** 1 for the first recognised request since the start or the last reset. */
  number: number;
}

/**
 * Something that goes wrong on purpose.
 * - `latency`: the true answer, `ms` milliseconds late.
 * - `answer`: this answer instead; with `applied`, the request took effect and was counted first.
 * - `drop`: the connection breaks: `before` the request takes effect, `after` it did but without an
 *   answer, or `mid-body`, half-way through the true answer.
 * - `alter`: the true answer, its JSON replaced by what `alter` makes of it.
 * - `rate-limit`: an early 429 of the operation's limit, which tells points; nothing is counted or
 *   done.
 * - `token-limit`: a 429 of the token as a whole, with `Retry-After` and no points; nothing is counted
 *   or done.
 */
export type Fault =
  | { kind: 'latency'; ms: number }
  | {
      kind: 'answer';
      status: number;
      headers?: Record<string, string>;
      body: string;
      applied?: boolean;
    }
  | { kind: 'drop'; when: 'before' | 'after' | 'mid-body' }
  | { kind: 'alter'; alter: (body: unknown) => unknown }
  | { kind: 'rate-limit'; msBeforeNext: number }
  | { kind: 'token-limit'; retryAfterSeconds: number };
