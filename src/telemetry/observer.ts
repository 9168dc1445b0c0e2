/*
 * What can be observed of the program from outside. Observers are called on the way of each call: they
 * are quick, and never throw. They never see arguments, results, tokens, or the id of a session.
 */

/** A place in a trace as a client states it (https://www.w3.org/TR/trace-context/): any values. */
export interface TraceContext {
  traceparent?: unknown;
  tracestate?: unknown;
}

/** A tool call that begins. */
export interface CallStart {
  tool: string;
  /** The id of its JSON-RPC request. */
  requestId: string | number;
  /** The version of MCP, as far as it is known. */
  protocolVersion: string | undefined;
  /** HTTP, or stdin and stdout. */
  transport: 'tcp' | 'pipe';
  /** Whose call it is, where the server has several callers. */
  caller: string | undefined;
  /** The client's place in its trace, as it came: in the message, and in the header of its request. */
  trace: { message: TraceContext; header: TraceContext };
}

/** A request to Segment that is about to be sent. */
export interface RequestStart {
  /** The name of the token with which it is sent. */
  workspace: string;
  operation: string;
  method: string;
  /** The path with the names of its parts instead of their values. */
  route: string;
  /** 1 for the first of the same request. */
  attempt: number;
  /** How long it waited for quota, milliseconds. */
  waitedMs: number;
}

export interface ObservedRequest {
  /**
   * It is over.
   *
   * @param outcome the HTTP status; or why there was no answer, one of a few words.
   */
  ended(outcome: number | string, tookMs: number): void;
}

/** Notes requests to Segment. */
export interface RequestObserver {
  requestBegan(request: RequestStart): ObservedRequest;
}

/** A tool call under way. */
export interface ObservedCall extends RequestObserver {
  /** The id of the trace that it belongs to; undefined if it belongs to none. */
  readonly traceId: string | undefined;
  /** It is over. @param outcome `ok`, or the code of its error. */
  ended(outcome: string, tookMs: number): void;
}

/** The quota of one operation at one moment. */
export interface QuotaReading {
  operation: string;
  /** Requests per minute. */
  limit: number;
  /** How many requests could be sent now, without a wait. */
  remaining: number;
  /** In how many milliseconds more than that can be sent. */
  resetMs: number;
  /** How many requests wait for it. */
  waiting: number;
}

/** Notes what happens. Its requests are those that belong to no single call. */
export interface Observer extends RequestObserver {
  callBegan(call: CallStart): ObservedCall;
  /** Somebody was not let in. @param reason one of a few words. */
  notLetIn(reason: string): void;
  /**
   * Where the quotas of a workspace can be read.
   *
   * @param read gives the operations that were used so far. A later one for the same workspace replaces it.
   */
  quotasOf(workspace: string, read: () => readonly QuotaReading[]): void;
}

const unobservedRequest: ObservedRequest = { ended() {} };
const unobservedCall: ObservedCall = {
  traceId: undefined,
  requestBegan: () => unobservedRequest,
  ended() {},
};

/** Nobody observes. */
export const noObserver: Observer = {
  callBegan: () => unobservedCall,
  requestBegan: () => unobservedRequest,
  notLetIn() {},
  quotasOf() {},
};

/** How what is done with one token is observed. */
export interface Observed {
  /** The name of the token. */
  workspace: string;
  observer: Observer;
}

/** By default, nobody observes. */
export const unobserved: Observed = { workspace: 'default', observer: noObserver };

/** Several observers as one; calls belong to the trace of the first that knows one. */
export function observers(all: readonly Observer[]): Observer {
  return {
    requestBegan: (request) => allRequests(all, request),
    callBegan(call) {
      const observed = all.map((each) => each.callBegan(call));
      return {
        traceId: observed.find(({ traceId }) => traceId !== undefined)?.traceId,
        requestBegan: (request) => allRequests(observed, request),
        ended(outcome, tookMs) {
          for (const each of observed) each.ended(outcome, tookMs);
        },
      };
    },
    notLetIn(reason) {
      for (const each of all) each.notLetIn(reason);
    },
    quotasOf(workspace, read) {
      for (const each of all) each.quotasOf(workspace, read);
    },
  };
}

function allRequests(all: readonly RequestObserver[], request: RequestStart): ObservedRequest {
  const observed = all.map((each) => each.requestBegan(request));
  return {
    ended(outcome, tookMs) {
      for (const each of observed) each.ended(outcome, tookMs);
    },
  };
}
