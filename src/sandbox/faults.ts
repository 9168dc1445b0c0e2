import type { SandboxOperation } from './operations.ts';

/**
 * The headers of a request by their names in lower case, as Node.js reads them. Written out, so that the
 * declarations of the package need no types of Node.js.
 */
export interface RequestHeaders {
  readonly [name: string]: string | readonly string[] | undefined;
  readonly accept?: string | undefined;
  readonly authorization?: string | undefined;
  readonly 'content-type'?: string | undefined;
}

/** A recognized request, as passed to `faults`. */
export interface SandboxRequest {
  operation: SandboxOperation;
  method: string;
  /** The raw request target. */
  path: string;
  spaceId: string | undefined;
  id: string | undefined;
  headers: RequestHeaders;
  /** The parsed JSON; undefined if there is none. */
  body: unknown;
  /** 1 for the first recognized request since the start or the last reset. */
  number: number;
}

/**
 * A deliberate failure.
 * - `latency`: the true response, `ms` milliseconds late.
 * - `answer`: this response instead; with `applied`, the request took effect and was counted first.
 * - `drop`: the connection breaks: `before` the request takes effect, `after` it did but without a
 *   response, or `mid-body`, halfway through the true response.
 * - `alter`: the true response, its JSON replaced by what `alter` returns.
 * - `rate-limit`: an early 429 of the operation's limit, which reports points; nothing is counted
 *   or done.
 * - `token-limit`: a 429 for the token as a whole, with `Retry-After` and no points; nothing is
 *   counted or done.
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
