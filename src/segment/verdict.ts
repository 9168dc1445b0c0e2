import type * as z from 'zod';
import { cut, visible } from '../text/visible.ts';
import { maxAnswerValues } from './answer-body.ts';
import {
  type AudiencesError,
  type ErrorCode,
  type ErrorEntry,
  errorEnvelopeSchema,
  NoAnswerError,
  RefusedError,
  type SegmentsWords,
  TooLargeError,
  UnreachedError,
} from './errors.ts';
import { readableStart } from './foreign-page.ts';
import { type HttpAnswer, type HttpFailure, maxAnswerBytes } from './http.ts';
import type { HttpProxy } from './proxy.ts';

/**
 * What the outcome of one attempt means.
 * - `success`: done, and this is the response's `data`.
 * - `refused`: certainly without effect; repeating it gets the same.
 * - `limited`: a 429, certainly without effect; repeating it later may work. `said`: Segment's
 *   own words.
 * - `unsent`: certainly without effect, because nothing left this machine.
 * - `uncertain`: it may have taken effect. `transient`: repeating it may get a response.
 */
export type Verdict<Data> =
  | { kind: 'success'; data: Data }
  | { kind: 'refused'; error: AudiencesError }
  | { kind: 'limited'; said: SegmentsWords | undefined }
  | { kind: 'unsent'; error: AudiencesError }
  | { kind: 'uncertain'; error: AudiencesError; transient: boolean };

/** What has to be known about an operation to judge its responses. */
export interface Expected<Data> {
  operation: string;
  /** What `data` should be. */
  output: z.ZodType<Data>;
  /**
   * What is wrong with data of that form, phrased to follow "the response"; undefined if nothing
   * is.
   */
  misfit?: (data: Data) => string | undefined;
  /** What the caller does next on HTTP 404. */
  ifNotFound: string;
  /**
   * Whether it changes something: then a response that also has errors does not prove that it did.
   */
  writes?: boolean;
}

/**
 * Judges a complete response.
 *
 * @param body the parsed JSON; undefined if it is not JSON.
 */
export function judgeAnswer<Data>(
  expected: Expected<Data>,
  answer: Pick<HttpAnswer, 'status' | 'text'>,
  body: unknown,
): Verdict<Data> {
  const { operation } = expected;
  const { status } = answer;
  if (status >= 200 && status < 300) return judgeSuccess(expected, answer, body);
  if (status >= 300 && status < 400) {
    // With "See Other", a server says that it did what was asked, and that the result is elsewhere.
    const seeOther = status === 303;
    const error = new (seeOther ? NoAnswerError : RefusedError)(
      'bad_response',
      `${operation}: the server returned a redirect (HTTP ${status}), which is not followed.`,
      { next: addressAdvice, status },
    );
    return seeOther ? { kind: 'uncertain', error, transient: false } : { kind: 'refused', error };
  }
  const entries = readEntries(body);
  if (status === 429) {
    const hasWords = entries && entries.length > 0;
    const said = hasWords ? { words: entriesInWords(entries), entries } : undefined;
    return { kind: 'limited', said };
  }
  const reason = entries ? entriesInWords(entries) : foreignInWords(answer.text);
  if (status >= 500) {
    const error = new NoAnswerError(
      'upstream_error',
      `${operation}: Segment, or something in front of it, failed with HTTP ${status}: ${reason}`,
      {
        next: 'Try again in a minute; if this persists, check status.segment.com or tell the user.',
        status,
        details: entries,
      },
    );
    return { kind: 'uncertain', error, transient: true };
  }
  return { kind: 'refused', error: refusal(expected, status, reason, entries) };
}

/**
 * Judges an attempt without a complete response. Cancelled ones are not judged.
 *
 * @param proxy the proxy of the attempt, if any.
 */
export function judgeFailure(
  operation: string,
  failure: HttpFailure,
  proxy?: HttpProxy,
): Verdict<never> {
  const { status, cause, lastedMs } = failure;
  const reachAdvice = `Tell the user to check the network and SEGMENT_API_URL or SEGMENT_REGION; then try again. ${inWords(proxy)}`;
  if (!failure.sent && cause !== undefined && certificateErrors.has(cause)) {
    const error = new UnreachedError(
      `${operation}: Segment's API could not be reached because a certificate was not accepted (${cause}).`,
      { next: `${certificateAdvice} ${inWords(proxy)}`, details: { cause } },
    );
    return { kind: 'refused', error };
  }
  if (!failure.sent) {
    const error = new UnreachedError(
      `${operation}: Segment's API could not be reached (${cause}).`,
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
          `${operation}: no complete response within ${Math.round(lastedMs)} ms.`,
          {
            next: 'Try again; if this persists, ask for smaller pages or tell the user to raise --timeout-ms.',
            status,
          },
        );
      case 'over':
        return new NoAnswerError(
          'timeout',
          `${operation}: no complete response within ${Math.round(lastedMs)} ms, which was all that was left of this call.`,
          {
            next: 'Try again; if this persists, ask for smaller pages or tell the user that Segment is slow right now.',
            status,
          },
        );
      case 'too-large':
        return new TooLargeError(
          'bad_response',
          `${operation}: the response is larger than ${maxAnswerBytes} bytes, or has more than ${maxAnswerValues} values, and was not read.`,
          {
            next: `If this is a list, ask for fewer rows with count; if it is not, tell the user to ${checkAddress}`,
            status,
          },
        );
      case 'cut':
        return new NoAnswerError(
          'bad_response',
          `${operation}: the response was cut off (${cause}).`,
          {
            next: 'Try again; if this persists, tell the user that the network drops connections.',
            status,
          },
        );
      default:
        return new NoAnswerError(
          'unreachable',
          `${operation}: the connection broke before a response arrived (${cause}).`,
          { next: reachAdvice, details: { cause } },
        );
    }
  }
}

const checkAddress =
  'check SEGMENT_API_URL or SEGMENT_REGION and any proxy between this server and Segment.';
const addressAdvice = `Tell the user to ${checkAddress}`;
const certificateAdvice =
  'Repeating the call does not help. Tell the user: if the network inspects TLS, NODE_EXTRA_CA_CERTS in the environment of this server must name the PEM file of the certificate authority, and the server must be restarted; otherwise, check SEGMENT_API_URL and the clock of this machine.';

function inWords(proxy: HttpProxy | undefined): string {
  return proxy
    ? `A proxy is in use: ${proxy.url} (${proxy.variable}; NO_PROXY exempts hosts).`
    : 'No proxy is in use (HTTPS_PROXY).';
}

/** Node's codes for certificates that it does not accept: https://nodejs.org/api/tls.html. */
const certificateErrors: ReadonlySet<string> = new Set([
  'UNABLE_TO_GET_ISSUER_CERT',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
  'UNABLE_TO_DECRYPT_CERT_SIGNATURE',
  'UNABLE_TO_DECODE_ISSUER_PUBLIC_KEY',
  'CERT_SIGNATURE_FAILURE',
  'CERT_NOT_YET_VALID',
  'CERT_HAS_EXPIRED',
  'ERROR_IN_CERT_NOT_BEFORE_FIELD',
  'ERROR_IN_CERT_NOT_AFTER_FIELD',
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'CERT_CHAIN_TOO_LONG',
  'CERT_REVOKED',
  'CERT_UNTRUSTED',
  'CERT_REJECTED',
  'INVALID_CA',
  'INVALID_PURPOSE',
  'PATH_LENGTH_EXCEEDED',
  'HOSTNAME_MISMATCH',
  'ERR_TLS_CERT_ALTNAME_INVALID',
]);

const unknownRefusalAdvice =
  'Segment refused the request for a reason that this version does not know; tell the user. Nothing was changed.';
const formAdvice =
  'The response has a form that this version does not know. Tell the user to look for a newer version of segment-audiences-mcp, or to report it.';

function judgeSuccess<Data>(
  { operation, output, misfit, writes }: Expected<Data>,
  answer: Pick<HttpAnswer, 'status' | 'text'>,
  body: unknown,
): Verdict<Data> {
  const bad = (what: string, next: string): Verdict<Data> => ({
    kind: 'uncertain',
    transient: false,
    error: new NoAnswerError('bad_response', `${operation}: the response ${what}`, {
      next,
      status: answer.status,
    }),
  });
  if (body === undefined) return bad(`is not JSON: ${foreignInWords(answer.text)}`, addressAdvice);
  if (typeof body !== 'object' || body === null || !('data' in body)) {
    return bad('has no "data", which every response from Segment has.', addressAdvice);
  }
  const entries = writes ? readEntries(body) : undefined;
  if (entries && entries.length > 0) {
    return bad(`contains errors in addition to its data: ${entriesInWords(entries)}`, formAdvice);
  }
  const data = output.safeParse(body.data);
  if (data.success) {
    const wrong = misfit?.(data.data);
    return wrong === undefined ? { kind: 'success', data: data.data } : bad(wrong, strayAdvice);
  }
  const [issue] = data.error.issues;
  const place = ['data', ...(issue?.path ?? [])].join('.');
  return bad(`does not have the expected shape: ${place}: ${issue?.message}`, formAdvice);
}

const strayAdvice =
  'Something between this server and Segment, such as a cache or a broken proxy, is mixing up responses. Try again; if this persists, tell the user, and write nothing until it is fixed.';

const fieldAdvice = 'Fix the problems listed above and call again; nothing was changed.';

/** The statuses of Segment's refusals; without `next`, the operation says what to do. */
const refusals: Record<number, { code: ErrorCode; next?: string }> = {
  400: { code: 'validation_failed', next: fieldAdvice },
  401: {
    code: 'unauthorized',
    next: 'Tell the user that the token is wrong, revoked or for another region: check SEGMENT_API_TOKEN, and SEGMENT_REGION (an EU workspace needs eu). Repeating the call does not help.',
  },
  403: {
    code: 'forbidden',
    next: 'Tell the user that this token is not allowed to do this: it needs access to the space, and the workspace needs the Audiences feature. Repeating the call does not help.',
  },
  404: { code: 'not_found' },
  409: {
    code: 'conflict',
    next: 'Segment is still processing an earlier change. Check with get_audience, and try again when its status is Live.',
  },
  413: {
    code: 'payload_too_large',
    next: 'Shorten the query or the description, or split it into several audiences.',
  },
  422: { code: 'validation_failed', next: fieldAdvice },
};

function refusal(
  { operation, ifNotFound }: Pick<Expected<unknown>, 'operation' | 'ifNotFound'>,
  status: number,
  reason: string,
  entries: ErrorEntry[] | undefined,
): AudiencesError {
  const known = refusals[status];
  const field = entries?.find((entry) => entry.field)?.field ?? undefined;
  const facts = { status, field, details: entries };
  const message = `${operation}: Segment returned HTTP ${status}: ${reason}`;
  return known
    ? new RefusedError(known.code, message, { next: known.next ?? ifNotFound, ...facts })
    : new RefusedError('upstream_error', message, {
        next: entries ? unknownRefusalAdvice : addressAdvice,
        ...facts,
      });
}

/** How many problems of a list are enough to fix the first ones. */
const maxEntries = 20;
const maxEntryChars = 500;

/** Segment's list of problems, cut to what a model should have to read. */
function readEntries(body: unknown): ErrorEntry[] | undefined {
  const entries = errorEnvelopeSchema.safeParse(body).data?.errors;
  return entries?.slice(0, maxEntries).map((entry) => ({
    type: entry.type && cut(entry.type, maxEntryChars),
    message: entry.message && cut(entry.message, maxEntryChars),
    field: entry.field && cut(entry.field, maxEntryChars),
    data: JSON.stringify(entry.data ?? null).length > maxEntryChars ? undefined : entry.data,
  }));
}

function entriesInWords(entries: ErrorEntry[]): string {
  const sentences = entries.map(({ type, message, field }) => {
    const what = message ?? type ?? 'no reason given';
    return field ? `${field}: ${what}` : what;
  });
  return asSentence(visible(sentences.join('; ')) || 'no reason given');
}

/** What came instead of a response from Segment. */
function foreignInWords(text: string): string {
  const words = readableStart(text);
  if (words === '') {
    const what = text.trim() === '' ? 'an empty response' : 'a page without readable text';
    return `${what}, not in Segment's format.`;
  }
  return asSentence(`the body, which is not in Segment's format, begins with: ${visible(words)}`);
}

/** With a full stop, unless it already ends in one: other sentences may follow. */
function asSentence(words: string): string {
  return ['.', '!', '?', '…'].some((end) => words.endsWith(end)) ? words : `${words}.`;
}
