import type { CallToolResult } from '@modelcontextprotocol/sdk/types.js';
import * as z from 'zod';
import { AudiencesError, InvalidInputError } from '../segment/errors.ts';
import { visible, visibleJson } from '../visible.ts';

/*
 * How values and errors become tool results. Some clients show a model only `content`, others only
 * `structuredContent`: so the data is in both.
 */

const objectSchema = z.record(z.string(), z.unknown());

/**
 * The result of a call that went well. `data` goes through JSON, so that what is undefined in it is
 * absent from the structured content, too.
 */
export function success(data: unknown): CallToolResult {
  const text = visibleJson(data);
  return {
    content: [{ type: 'text', text }],
    structuredContent: objectSchema.parse(JSON.parse(text)),
  };
}

/**
 * The result of a call that failed: `{"error":{…}}` as JSON text. It has no structured content,
 * because SDK clients throw when that does not fit the tool's output schema.
 */
export function failure(error: unknown): CallToolResult {
  return { content: [{ type: 'text', text: visibleJson(error) }], isError: true };
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

/** The error for arguments that do not fit a tool's input schema. */
export function invalidInput(tool: string, error: z.ZodError): InvalidInputError {
  const problems = error.issues.map((issue) => {
    const field = issue.code === 'unrecognized_keys' ? issue.keys[0] : issue.path.join('.');
    return { field, message: issue.message };
  });
  const sentences = problems.map(({ field, message }) =>
    visible(field ? `${field}: ${message}` : message),
  );
  return new InvalidInputError(`${tool}: ${sentences.join('; ')}`, {
    next: 'Nothing was sent. Fix the arguments as named and call again.',
    field: problems.find(({ field }) => field)?.field,
    details: problems.length > 1 ? problems : undefined,
  });
}
