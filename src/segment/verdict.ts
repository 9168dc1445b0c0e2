import type * as z from 'zod';
import { type ErrorEntry, errorEnvelopeSchema } from './entities.ts';
import {
  type AudiencesError,
  type ErrorCode,
  NoAnswerError,
  RefusedError,
  UnreachedError,
} from './errors.ts';
import { type HttpAnswer, type HttpFailure, longestAnswerBytes } from './http.ts';
import { visible } from '../visible.ts';
import type { OperationName } from './operations.ts';

/**
 * What the outcome of one attempt means.
 * - `success`: done, and this is the answer's `data`.
 * - `refused`: surely without effect; asking again the same way gets the same.
 * - `limited`: a 429, surely without effect; asking again later may do.
 * - `unsent`: surely without effect, because nothing left this machine.
 * - `uncertain`: it may have taken effect. `transient`: asking again may get an answer.
 */
export type Verdict<Data> =
  | { kind: 'success'; data: Data }
  | { kind: 'refused'; error: AudiencesError }
  | { kind: 'limited' }
  | { kind: 'unsent'; error: AudiencesError }
  | { kind: 'uncertain'; error: AudiencesError; transient: boolean };

/**
 * Judges an answer that came in full.
 *
 * @param body the parsed JSON, undefined if it is none. @param schema what `data` should be.
 */
export function judgeAnswer<Data>(
  operation: OperationName,
  answer: Pick<HttpAnswer, 'status' | 'text'>,
  body: unknown,
  schema: z.ZodType<Data>,
): Verdict<Data> {
  const { status } = answer;
  if (status === 429) return { kind: 'limited' };
  if (status >= 200 && status < 300) return judgeSuccess(operation, answer, body, schema);
  if (status >= 300 && status < 400) {
    // "See other" is how a server says that it did what was asked and shows the result elsewhere.
    const seeOther = status === 303;
    const error = new (seeOther ? NoAnswerError : RefusedError)(
      'bad_response',
      `${operation}: the server answered with a redirect (HTTP ${status}), which is not followed.`,
      { next: addressAdvice, status },
    );
    return seeOther ? { kind: 'uncertain', error, transient: false } : { kind: 'refused', error };
  }
  const entries = errorEnvelopeSchema.safeParse(body).data?.errors;
  const said = entries ? sayEntries(entries) : sayForeign(answer.text);
  if (status >= 500) {
    const error = new NoAnswerError(
      'upstream_error',
      `${operation}: Segment, or something before it, failed with HTTP ${status}: ${said}`,
      {
        next: 'Try again in a minute; if it lasts, look at status.segment.com or tell the user.',
        status,
        details: entries,
      },
    );
    return { kind: 'uncertain', error, transient: true };
  }
  return { kind: 'refused', error: refusal(operation, status, said, entries) };
}

/** Judges an attempt that got no complete answer. A cancelled one is not for judging. */
export function judgeFailure(
  operation: OperationName,
  failure: HttpFailure,
  timeoutMs: number,
): Verdict<never> {
  const { status, cause } = failure;
  if (!failure.sent) {
    const error = new UnreachedError(
      `${operation}: Segment's API could not be reached (${cause}). Nothing was sent.`,
      { next: reachAdvice, details: { cause } },
    );
    return { kind: 'unsent', error };
  }
  return { kind: 'uncertain', transient: failure.reason !== 'too-large', error: lost() };

  function lost(): AudiencesError {
    switch (failure.reason) {
      case 'timeout':
        return new NoAnswerError(
          'timeout',
          `${operation}: no complete answer within ${timeoutMs} ms.`,
          {
            next: 'Try again; if it lasts, ask for smaller pages or tell the user to raise --timeout-ms.',
            status,
          },
        );
      case 'too-large':
        return new NoAnswerError(
          'bad_response',
          `${operation}: the answer is larger than ${longestAnswerBytes} bytes and was not read.`,
          {
            next: `If this is a list, ask for fewer rows with count. Else: ${addressAdvice}`,
            status,
          },
        );
      case 'cut':
        return new NoAnswerError(
          'bad_response',
          `${operation}: the answer broke off half-way (${cause}).`,
          {
            next: 'Try again; if it lasts, tell the user that the network drops connections.',
            status,
          },
        );
      default:
        return new NoAnswerError(
          'unreachable',
          `${operation}: the connection broke before an answer came (${cause}).`,
          { next: reachAdvice, details: { cause } },
        );
    }
  }
}

const addressAdvice =
  'Tell the user to check SEGMENT_API_URL or SEGMENT_REGION and any proxy between here and Segment.';
const reachAdvice =
  'Tell the user to check the network and SEGMENT_API_URL or SEGMENT_REGION; then try again.';

function judgeSuccess<Data>(
  operation: OperationName,
  answer: Pick<HttpAnswer, 'status' | 'text'>,
  body: unknown,
  schema: z.ZodType<Data>,
): Verdict<Data> {
  const bad = (what: string): Verdict<Data> => ({
    kind: 'uncertain',
    transient: false,
    error: new NoAnswerError('bad_response', `${operation}: the answer ${what}`, {
      next: addressAdvice,
      status: answer.status,
    }),
  });
  if (body === undefined) return bad(`is not JSON: ${sayForeign(answer.text)}`);
  if (typeof body !== 'object' || body === null || !('data' in body)) {
    return bad('has no "data", as every answer of Segment has.');
  }
  const data = schema.safeParse(body.data);
  if (data.success) return { kind: 'success', data: data.data };
  const [issue] = data.error.issues;
  return bad(`has another shape than expected: data.${issue?.path.join('.')}: ${issue?.message}`);
}

const refusals: Record<number, { code: ErrorCode; next: (operation: OperationName) => string }> = {
  400: { code: 'validation_failed', next: () => fieldAdvice },
  401: {
    code: 'unauthorized',
    next: () =>
      'Tell the user that the token is wrong, revoked or of another region: check SEGMENT_API_TOKEN, and SEGMENT_REGION (an EU workspace needs eu). Repeating the call does not help.',
  },
  403: {
    code: 'forbidden',
    next: () =>
      'Tell the user that this token may not do this: it needs access to the space, and the workspace needs the Audiences feature. Repeating the call does not help.',
  },
  404: {
    code: 'not_found',
    next: (operation) =>
      operation === 'list_audiences' || operation === 'create_audience'
        ? 'Check spaceId; ask the user for the id of the space.'
        : 'Check id and spaceId: list_audiences shows what the space holds now. It may have been removed.',
  },
  409: {
    code: 'conflict',
    next: () =>
      'An earlier change is still being taken in. Look with get_audience, and try again when its status is Live.',
  },
  413: {
    code: 'payload_too_large',
    next: () => 'Shorten the query or the description, or split it into several audiences.',
  },
  422: { code: 'validation_failed', next: () => fieldAdvice },
};
const fieldAdvice = 'Mend the fields that are named and call again; nothing was changed.';

function refusal(
  operation: OperationName,
  status: number,
  said: string,
  entries: ErrorEntry[] | undefined,
): AudiencesError {
  const known = refusals[status];
  const field = entries?.find((entry) => entry.field)?.field ?? undefined;
  const facts = { status, field, details: entries };
  const message = `${operation}: Segment answered HTTP ${status}: ${said}`;
  return known
    ? new RefusedError(known.code, message, { next: known.next(operation), ...facts })
    : new RefusedError('upstream_error', message, { next: addressAdvice, ...facts });
}

function sayEntries(entries: ErrorEntry[]): string {
  const said = entries.map(({ type, message, field }) => {
    const what = message ?? type ?? 'no reason given';
    return field ? `${field}: ${what}` : what;
  });
  return visible(said.join('; ')) || 'no reason given';
}

/** The readable start of a page that is not Segment's, such as a proxy's. */
function sayForeign(text: string): string {
  const words = text
    .replace(/<(style|script)\b.*?<\/\1>/gis, ' ')
    .replace(/<[^>]*>/g, ' ')
    .replace(/\s+/g, ' ')
    .trim();
  if (words === '') return 'an empty answer, not in the form of Segment.';
  return `not in the form of Segment but: ${visible(words.slice(0, 200))}`;
}
