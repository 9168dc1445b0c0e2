import { BridgeError } from './bridge.ts';
import { type Fields, fieldsOf, jsonOf, numberOf, rowsOf, textOf } from './read.ts';

/** What a tool returned, or why it did not. */
export type Outcome = Data | Problem;

export interface Data {
  kind: 'data';
  data: Fields;
  text: string;
}

export interface Problem {
  kind: 'problem';
  code: string;
  message: string;
  next?: string | undefined;
  details?: unknown;
  retryAfterMs?: number | undefined;
  text: string;
}

/**
 * The result of a tool call. An error is a line of prose, and below it `{"error": {…}}` as JSON.
 */
export function outcomeOf(result: unknown): Outcome {
  const { content, structuredContent, isError } = fieldsOf(result);
  const text = textOf(rowsOf(content).find(({ type }) => type === 'text')?.text) ?? '';
  if (isError !== true) {
    // Some hosts pass on the text alone.
    return { kind: 'data', data: fieldsOf(structuredContent ?? jsonOf(text)), text };
  }
  const [first = '', ...rest] = text.split('\n');
  return problem(fieldsOf(fieldsOf(jsonOf(rest.join('\n'))).error), first, text);
}

/** A request that came to nothing: the server refused it, or it is not there, or the host is not. */
export function problemOf(error: unknown): Problem {
  const message = error instanceof Error ? error.message : String(error);
  const data = error instanceof BridgeError ? error.data : {};
  return data.code === undefined
    ? problem({ code: 'no_response' }, `The server did not respond: ${message}`, message)
    : problem(data, message, message);
}

function problem(fields: Fields, otherwise: string, text: string): Problem {
  const { code, message, next, details, retryAfterMs } = fields;
  return {
    kind: 'problem',
    code: textOf(code) ?? 'error',
    message: textOf(message) ?? (otherwise || 'The call failed.'),
    next: textOf(next),
    details,
    retryAfterMs: numberOf(retryAfterMs),
    text,
  };
}

/** The value that proves agreement, if a problem asks for it. */
export function confirmationOf({ code, details }: Problem): string | undefined {
  return code === 'confirmation_required' ? textOf(fieldsOf(details).confirmation) : undefined;
}
