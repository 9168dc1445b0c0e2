import type { RequestHandlerExtra } from '@modelcontextprotocol/sdk/shared/protocol.js';
import {
  ErrorCode,
  McpError,
  type ServerNotification,
  type ServerRequest,
} from '@modelcontextprotocol/sdk/types.js';
import * as z from 'zod';
import type { Clock } from '../clock.ts';
import type { UserAnswer } from '../safety/agreement.ts';
import { CancelledError } from '../segment/errors.ts';

/** Asks the user, and resolves to the outcome. */
export type Ask = (question: string) => Promise<UserAnswer>;

/** What the SDK passes to a request handler. */
export type Extra = RequestHandlerExtra<ServerRequest, ServerNotification>;

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
  sendRequest: Extra['sendRequest'];
}

/**
 * Puts a question to the user through the client (MCP's elicitation).
 *
 * @throws {CancelledError} if the call is cancelled, or the client is gone, while the user thinks.
 */
export async function askUser(asking: Asking): Promise<UserAnswer> {
  const { tool, question, timeoutMs, signal, clock, sendRequest } = asking;
  const params = { mode: 'form' as const, message: question, requestedSchema };
  const askedAt = clock.monotonic();
  const tooLate = new AbortController();
  const stopTimeout = clock.after(timeoutMs, () => tooLate.abort());
  try {
    const answer = await sendRequest({ method: 'elicitation/create', params }, z.unknown(), {
      // Ours comes first, and can't be mistaken for an error of the client.
      timeout: 2 * timeoutMs,
      signal: AbortSignal.any([signal, tooLate.signal]),
    });
    return readAnswer(answer, clock.monotonic() - askedAt < minReadingMs);
  } catch (error) {
    if (signal.aborted) throw new CancelledError(tool, false, 'while the user was being asked.');
    if (tooLate.signal.aborted) return 'timed out';
    const isUnknown = error instanceof McpError && error.code === ErrorCode.MethodNotFound;
    return isUnknown ? 'unsupported' : 'unseen';
  } finally {
    stopTimeout();
  }
}

function readAnswer(given: unknown, isQuick: boolean): UserAnswer {
  const { success, data } = answerSchema.safeParse(given);
  if (!success) return 'unseen';
  switch (data.action) {
    case 'accept':
      return agreedSchema.safeParse(data.content).success ? 'yes' : 'unconfirmed';
    case 'decline':
      return isQuick ? 'declined at once' : 'declined';
    case 'cancel':
      return isQuick ? 'unseen' : 'cancelled';
  }
}
