import type { CallToolResult } from '@modelcontextprotocol/sdk/types.js';
import type { Redactor } from '../redact.ts';
import { AudiencesError } from '../segment/errors.ts';
import { visible, visibleJson } from '../visible.ts';

/*
 * How values and errors become tool results. Some clients show a model only `content`, others only
 * `structuredContent`: so the data is in both.
 */

/**
 * The result of a call that went well. `data` goes through JSON, so that what is undefined in it is
 * absent from the structured content, too.
 */
export function success(data: unknown): CallToolResult {
  const text = visibleJson(data);
  return { content: [{ type: 'text', text }], structuredContent: JSON.parse(text) };
}

/** Of a message, in the line that a client shows first. */
const maxHeadlineChars = 300;

/**
 * The result of a call that failed: a line of prose, and below it `{"error":{…}}` as JSON. Text that
 * is JSON and nothing else is taken for structured content by some clients, and lost when that does
 * not fit the tool's output schema; structured content itself makes SDK clients throw.
 */
export function failure(error: AudiencesError, redactor: Redactor): CallToolResult {
  const json = visibleJson(redactor.value(error.toJSON()));
  const headline = oneLine(redactor.text(error.message));
  const next = visible(redactor.text(error.facts.next));
  const text = `Error (${error.code}): ${headline} Next: ${next}\n${json}`;
  return { content: [{ type: 'text', text }], isError: true };
}

function oneLine(message: string): string {
  const [first = ''] = message.split('\n', 1);
  const line = visible(first);
  return line.length > maxHeadlineChars
    ? `${line.slice(0, maxHeadlineChars - 1).toWellFormed()}…`
    : line;
}

/** Any thrown value as an error that an agent can be shown. */
export function asAudiencesError(thrown: unknown): AudiencesError {
  if (thrown instanceof AudiencesError) return thrown;
  const message = thrown instanceof Error ? thrown.message : String(thrown);
  return new AudiencesError(
    'internal_error',
    `This server has a fault: ${message}`,
    { next: 'Tell the user. Before repeating a write, look whether it took effect.' },
    { cause: thrown },
  );
}
