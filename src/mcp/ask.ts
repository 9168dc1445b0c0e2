import type { RequestHandlerExtra } from '@modelcontextprotocol/sdk/shared/protocol.js';
import {
  ErrorCode,
  McpError,
  type Result,
  type ServerNotification,
  type ServerRequest,
} from '@modelcontextprotocol/sdk/types.js';
import * as z from 'zod';
import type { Clock } from '../clock.ts';
import type { Reply, UserAnswer } from '../safety/agreement.ts';
import { CancelledError } from '../segment/errors.ts';

/** What the SDK passes to a request handler. */
export type Extra = RequestHandlerExtra<ServerRequest, ServerNotification>;

/** Sends a request to the client, and resolves to its result. */
export type SendRequest = Extra['sendRequest'];

/** Nobody reads a question and closes it in less. */
const minReadingMs = 1000;

/** One yes or no; a client shows it as a checkbox or two buttons. */
const requestedSchema = {
  type: 'object' as const,
  properties: {
    agree: {
      type: 'boolean' as const,
      title: 'I agree',
      description: 'Do this now',
      default: false,
    },
  },
  required: ['agree'],
};

/** Only what decides the answer: anything else that a client puts into it does not matter. */
const answerSchema = z.looseObject({
  action: z.enum(['accept', 'decline', 'cancel']),
  content: z.unknown().optional(),
});
const agreedSchema = z.object({ agree: z.literal(true) });

/** What a question needs. */
export interface Asking {
  /** The call for which it is asked. */
  tool: string;
  question: string;
  /** How long the user may take. */
  timeoutMs: number;
  /** Aborted when the answer is no longer needed, or can no longer come. */
  signal: AbortSignal;
  clock: Clock;
  sendRequest: SendRequest;
}

/**
 * Puts a question to the user through the client (MCP's elicitation).
 *
 * @throws {CancelledError} if the call is cancelled, or the client is gone, while the user thinks.
 */
export async function askUser(asking: Asking): Promise<UserAnswer> {
  const { tool, question, timeoutMs, signal, clock, sendRequest } = asking;
  const askedAt = clock.monotonic();
  const tooLate = new AbortController();
  const stopTimeout = clock.after(timeoutMs, () => tooLate.abort());
  try {
    const answer = await sendRequest(requestOf(question), z.unknown(), {
      // Ours comes first, and can't be mistaken for an error of the client.
      timeout: 2 * timeoutMs,
      signal: AbortSignal.any([signal, tooLate.signal]),
    });
    return readAnswer(answer, clock.monotonic() - askedAt) ?? 'unseen';
  } catch (error) {
    if (signal.aborted) throw new CancelledError(tool, false, 'while the user was being asked.');
    if (tooLate.signal.aborted) return 'timed out';
    const isUnknown = error instanceof McpError && error.code === ErrorCode.MethodNotFound;
    return isUnknown ? 'unsupported' : 'unseen';
  } finally {
    stopTimeout();
  }
}

/** The request that puts a question to the user. */
function requestOf(question: string) {
  const params = { mode: 'form' as const, message: question, requestedSchema };
  return { method: 'elicitation/create' as const, params };
}

/**
 * Reads what a client answers.
 *
 * @param ageMs how long after the question. @returns undefined for anything that is not an answer.
 */
function readAnswer(given: unknown, ageMs: number): UserAnswer | undefined {
  const { success, data } = answerSchema.safeParse(given);
  if (!success) return undefined;
  const isQuick = ageMs < minReadingMs;
  switch (data.action) {
    case 'accept':
      return agreedSchema.safeParse(data.content).success ? 'yes' : 'unconfirmed';
    case 'decline':
      return isQuick ? 'declined at once' : 'declined';
    case 'cancel':
      return isQuick ? 'unseen' : 'cancelled';
  }
}

/** The name of our question among the input that a result asks for. */
const questionName = 'agreement';

/**
 * The result that ends a call with a question: the client asks, and calls again with the answer.
 *
 * @param state comes back with it.
 */
export function questionResult(question: string, state: string): Result {
  return {
    resultType: 'input_required',
    inputRequests: { [questionName]: requestOf(question) },
    requestState: state,
  };
}

/**
 * What a call brings of an earlier one that ended with a question; undefined if nothing.
 *
 * @param state `requestState`. @param responses `inputResponses`, as they came.
 */
export function replyIn(
  state: string | undefined,
  responses: Readonly<Record<string, unknown>> = {},
): Reply | undefined {
  if (state === undefined) return undefined;
  // What a client has named __proto__ may have become the prototype.
  const given = Object.hasOwn(responses, questionName) ? responses[questionName] : undefined;
  return { state, answer: (ageMs) => readAnswer(given, ageMs) };
}
