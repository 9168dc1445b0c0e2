import type { Answer } from './answers.ts';
import type { Fault, RequestHeaders } from './faults.ts';
import type { SandboxOperation } from './operations.ts';

/** Headers that contain secrets, and are left out. */
const secretHeaders = ['authorization', 'proxy-authorization', 'cookie'];

/** A shorter token would be found in unrelated words. */
const minTokenChars = 8;

/** One request and its outcome; never contains the token. */
export interface Exchange {
  /** When the request came, ISO 8601. */
  time: string;
  operation?: SandboxOperation;
  request: {
    method: string;
    /** The raw request target. */
    path: string;
    headers: Readonly<Record<string, unknown>>;
    /** The parsed JSON, or the text if it is not JSON. */
    body?: unknown;
  };
  /** Null if the connection broke before the response was complete. */
  response: { status: number; headers: Readonly<Record<string, string>>; body: unknown } | null;
  /** What failed on purpose. */
  fault?: Fault;
  /** What was not understood, or only with leniency, in plain words. */
  note?: string;
}

/** An exchange as it was on the wire. */
interface Wire extends Pick<Exchange, 'operation' | 'fault' | 'note'> {
  /** Milliseconds since the epoch. */
  at: number;
  method: string;
  path: string;
  headers: RequestHeaders;
  /** The body of the request. */
  text: string;
  answer: Answer | undefined;
}

/** Makes the record of an exchange. */
export function exchangeOf({ at, method, path, headers, text, answer, ...rest }: Wire): Exchange {
  const shown = Object.entries(headers).filter(([name]) => !secretHeaders.includes(name));
  const redact = redactor(headers.authorization);
  return {
    time: new Date(at).toISOString(),
    ...rest,
    request: {
      method,
      path: redact(path),
      headers: Object.fromEntries(shown.map(([name, value]) => [name, redact(String(value))])),
      body: text === '' ? undefined : jsonOrText(text, redact),
    },
    response: answer
      ? {
          status: answer.status,
          headers: answer.headers,
          body: jsonOrText(answer.body, redact),
        }
      : null,
  };
}

/** Removes the token from a string, verbatim or encoded for a URL. */
function redactor(authorization = ''): (text: string) => string {
  const token = authorization.split(' ').at(-1) ?? '';
  if (token.length < minTokenChars) return (text) => text;
  return (text) =>
    text.replaceAll(token, '[token]').replaceAll(encodeURIComponent(token), '[token]');
}

function jsonOrText(text: string, redact: (text: string) => string): unknown {
  try {
    const redactAll = (_: string, value: unknown) =>
      typeof value === 'string' ? redact(value) : value;
    return JSON.parse(text, redactAll);
  } catch {
    return redact(text);
  }
}
