import type { RequestHandlerExtra } from '@modelcontextprotocol/sdk/shared/protocol.js';
import {
  ElicitResultSchema,
  ErrorCode,
  McpError,
  type ServerNotification,
  type ServerRequest,
} from '@modelcontextprotocol/sdk/types.js';
import type { UserAnswer } from '../safety/agreement.ts';
import { CancelledError } from '../segment/errors.ts';

/** Asks the user, and gives what came of it. */
export type Ask = (question: string) => Promise<UserAnswer>;

/** What the SDK hands to the handler of a request. */
export type Extra = RequestHandlerExtra<ServerRequest, ServerNotification>;

/** One yes or no; a client shows it as a box to tick or two buttons. */
const requestedSchema = {
  type: 'object',
  properties: {
    agree: { type: 'boolean', title: 'I agree', description: 'Do this now', default: false },
  },
  required: ['agree'],
} as const;

/**
 * Puts a question to the user through the client (MCP's elicitation).
 *
 * @param tool for whose call it is asked. @param timeoutMs how long the user may take.
 * @param signal aborted when the answer is no longer wanted, or can no longer come.
 * @throws {CancelledError} if the call is cancelled, or the client is gone, while the user thinks.
 */
export async function askUser(
  tool: string,
  question: string,
  timeoutMs: number,
  signal: AbortSignal,
  { sendRequest }: Pick<Extra, 'sendRequest'>,
): Promise<UserAnswer> {
  const params = {
    mode: 'form' as const,
    message: question,
    requestedSchema: { ...requestedSchema, required: [...requestedSchema.required] },
  };
  try {
    const { action, content } = await sendRequest(
      { method: 'elicitation/create', params },
      ElicitResultSchema,
      { timeout: timeoutMs, signal },
    );
    if (action === 'cancel') return 'cancelled';
    return action === 'accept' && content?.agree === true ? 'yes' : 'declined';
  } catch (error) {
    const code = error instanceof McpError ? error.code : undefined;
    if (signal.aborted || code === ErrorCode.ConnectionClosed) {
      throw new CancelledError(tool, false);
    }
    return code === ErrorCode.RequestTimeout ? 'timed out' : 'failed';
  }
}
