import type { CallToolResult } from '@modelcontextprotocol/sdk/types.js';
import { AudiencesError } from '../segment/errors.ts';
import type { Redactor } from '../text/redact.ts';
import { visible, visibleJson } from '../text/visible.ts';

/*
 * How values and errors become tool results. Some clients show a model only `content`, others only
 * `structuredContent`: so the data is in both.
 */

/**
 * The result of a successful call. `data` goes through JSON, so that undefined values are absent
 * from the structured content, too.
 */
export function success(data: unknown): CallToolResult {
  const text = visibleJson(data);
  return { content: [{ type: 'text', text }], structuredContent: JSON.parse(text) };
}

/** The limit of a message in the line that a client shows first. */
const maxHeadlineChars = 300;

/**
 * The result of a failed call: a line of prose, then `{"error":{…}}` as JSON. Some clients mistake
 * text that is nothing but JSON for structured content, and drop it if it does not fit the tool's
 * output schema; structured content itself makes SDK clients throw.
 */
export function failure(error: AudiencesError, redactor: Redactor): CallToolResult {
  const json = visibleJson(redactor.value(error.toJSON()));
  const headline = oneLine(redactor.text(error.message));
  const next = visible(redactor.text(error.facts.next));
  const text = `Error (${error.code}): ${headline} Next: ${next}\n${json}`;
  return { content: [{ type: 'text', text }], isError: true };
}

/** The first line of a message, with the next one if the first announces it. */
function oneLine(message: string): string {
  const [first = '', second = ''] = message.split('\n').filter((each) => each.trim() !== '');
  const line = visible(first.endsWith(':') ? `${first} ${second}` : first);
  return line.length > maxHeadlineChars
    ? `${line.slice(0, maxHeadlineChars - 1).toWellFormed()}…`
    : line;
}

/** Any thrown value as an error to show to an agent. */
export function asAudiencesError(thrown: unknown): AudiencesError {
  if (thrown instanceof AudiencesError) return thrown;
  const message = thrown instanceof Error ? thrown.message : String(thrown);
  return new AudiencesError(
    'internal_error',
    `Internal error in this server: ${message}`,
    { next: 'Tell the user. Before repeating a write, check whether it took effect.' },
    { cause: thrown },
  );
}
