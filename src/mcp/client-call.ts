import type { RequestId, Result } from '@modelcontextprotocol/sdk/types.js';
import type { Reply } from '../safety/agreement.ts';
import type { CallStart } from '../telemetry/observer.ts';
import type { SendRequest } from './ask.ts';

/** How far a call has come, as the protocol wants it. */
export interface ProgressReport {
  progressToken: string | number;
  progress: number;
  total: number | undefined;
  message: string;
}

/** A client that is asked while its call runs. */
export interface AsksWithin {
  kind: 'within';
  sendRequest: SendRequest;
}

/** A client that asks between two calls: the first ends with the question. */
export interface AsksBetween {
  kind: 'between';
  /** What this call brings of an earlier one; undefined if it is the first. */
  reply: Reply | undefined;
}

/** One request of a client, whatever the version of the protocol. */
export interface ClientCall {
  requestId: RequestId;
  /** Aborted when the client cancels it. */
  signal: AbortSignal;
  /** The version of the protocol, as far as it is known. */
  protocolVersion: string | undefined;
  /** HTTP, or stdin and stdout. */
  transport: 'tcp' | 'pipe';
  /** The client's place in its trace, as it came: in the message, and in the header of its request. */
  trace: CallStart['trace'];
  /** Undefined if the client does not want to hear of progress. */
  progressToken: string | number | undefined;
  sendProgress(report: ProgressReport): Promise<void>;
  /** How its user is asked; undefined if the client can't. */
  asks: AsksWithin | AsksBetween | undefined;
}

/** The handler of a request. @throws {RpcError} for what has no result. */
export type RequestHandler<Request> = (
  request: Request,
  call: ClientCall,
) => Result | Promise<Result>;
