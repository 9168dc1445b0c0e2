import type { IncomingHttpHeaders } from 'node:http';
import type { SandboxOperation } from './operations.ts';

/** A request that the sandbox recognised, as `faults` is shown it. */
export interface SandboxRequest {
  operation: SandboxOperation;
  method: string;
  /** The raw request target. */
  path: string;
  spaceId: string;
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
 * - `rate-limit`: an early 429 in the documented form; nothing is counted or done.
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
  | { kind: 'rate-limit'; msBeforeNext: number };
