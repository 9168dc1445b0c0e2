import { buildConnector, type Dispatcher, Pool, ProxyAgent } from 'undici';
import { type Clock, systemClock } from '../clock.ts';
import { AnswerBody } from './answer-body.ts';
import { withoutEndSlashes } from './base-url.ts';
import { withoutInterimResponses } from './interim-responses.ts';
import type { HttpProxy } from './proxy.ts';
import type { Headers as AnswerHeaders } from './quota/report.ts';
import { Semaphore } from './semaphore.ts';

/**
 * Few enough for a server that limits requests anyway, enough for an agent's parallel calls. Writes
 * do not count: what limits them are their quotas.
 */
export const maxReadsAtOnce = 8;

/** The largest response that is read; Segment's own stay far below. */
export const maxAnswerBytes = 10 * 1024 * 1024;

/** One request, ready to go. `path` is below the base URL and already encoded. */
export interface HttpRequest {
  method: 'GET' | 'POST' | 'PATCH' | 'DELETE';
  path: string;
  headers: Record<string, string>;
  body?: string;
}

/** When an exchange may begin, and what ends it early. */
export interface ExchangeTerms {
  signal: AbortSignal;
  /** Milliseconds after which it ends, including all waits. */
  endsInMs: number;
  /** Milliseconds after which it may no longer be sent; unlimited if omitted. */
  beginsInMs?: number;
  /** Whether it goes out at once, however many reads are in progress. */
  isUrgent: boolean;
}

/** A complete response. */
export interface HttpAnswer {
  kind: 'answer';
  /** When sending the request began, on the monotonic clock. */
  sentAt: number;
  status: number;
  headers: AnswerHeaders;
  text: string;
}

/**
 * No complete response.
 * - `connection`: it could not be made, or broke before the response began.
 * - `cut`: it broke in the middle of the response.
 * - `timeout`: the attempt took longer than one may.
 * - `over`: the end of the whole call's time came first.
 * - `late`: the time by which it had to begin came first, or it waited for others until the end.
 *   Nothing was sent.
 * - `too-large`: the response exceeded `maxAnswerBytes` or `maxAnswerValues`.
 * - `cancelled`: the request's signal was aborted.
 */
export interface HttpFailure {
  kind: 'failure';
  reason: 'connection' | 'cut' | 'timeout' | 'over' | 'late' | 'too-large' | 'cancelled';
  /** Whether any part of the request may have reached the server. */
  sent: boolean;
  /** How long it lasted from the start of sending, milliseconds; 0 if it was not sent. */
  lastedMs: number;
  /** The status, if the response had begun. */
  status?: number;
  /** The error of the network, such as `ECONNREFUSED`. */
  cause?: string;
}

export type HttpOutcome = HttpAnswer | HttpFailure;

/**
 * Kept-alive connections to one base URL. Redirects are never followed.
 *
 * Their number is limited by the places for reads, not by undici's pool, where an urgent request
 * would wait behind others.
 */
export class HttpPool {
  readonly #pool: Dispatcher;
  readonly #reads = new Semaphore(maxReadsAtOnce);
  readonly #origin: string;
  readonly #prefix: string;
  readonly #timeoutMs: number;
  readonly #clock: Clock;

  /**
   * @param timeoutMs for making a connection, and then for one whole exchange, from the first byte
   * sent to the last received. Waiting for other requests does not count.
   * @param proxy the proxy for connections, if any.
   */
  constructor(baseUrl: string, timeoutMs: number, clock: Clock, proxy?: HttpProxy) {
    const { origin, pathname } = new URL(baseUrl);
    this.#origin = origin;
    this.#prefix = withoutEndSlashes(pathname);
    this.#timeoutMs = timeoutMs;
    this.#clock = clock;
    this.#pool = proxy ? throughProxy(proxy, timeoutMs) : directly(origin, timeoutMs);
  }

  /** Sends a request once. Never rejects: the outcome says what went wrong. */
  exchange(
    request: HttpRequest,
    { signal, endsInMs, beginsInMs = Number.POSITIVE_INFINITY, isUrgent }: ExchangeTerms,
  ): Promise<HttpOutcome> {
    const clock = this.#clock;
    const beginsBy = clock.monotonic() + beginsInMs;
    return new Promise((resolve) => {
      let controller: Dispatcher.DispatchController | undefined;
      let sentAt = 0;
      let status: number | undefined;
      let headers: AnswerHeaders = {};
      const body = new AnswerBody(maxAnswerBytes);
      let isWaiting = true;
      let over = false;
      let cancelEnd = () => {};
      let cancelBegin = () => {};
      let cancelTimer = () => {};
      let leave = () => {};

      const end = (outcome: HttpOutcome) => {
        if (over) return;
        over = true;
        cancelEnd();
        cancelBegin();
        cancelTimer();
        signal.removeEventListener('abort', onAbort);
        leave();
        resolve(outcome);
      };
      const fail = (reason: HttpFailure['reason'], cause?: string) => {
        const sent = controller !== undefined;
        const lastedMs = sent ? Math.min(clock.monotonic() - sentAt, this.#timeoutMs) : 0;
        end({ kind: 'failure', reason, sent, lastedMs, status, cause });
        controller?.abort(new Error(reason));
      };
      const onAbort = () => fail('cancelled');
      const onEnd = () => {
        if (isWaiting) fail('late');
        else fail('over', controller ? undefined : 'no connection in time');
      };
      if (signal.aborted) return onAbort();
      signal.addEventListener('abort', onAbort, { once: true });
      if (endsInMs !== Number.POSITIVE_INFINITY) cancelEnd = clock.after(endsInMs, onEnd);
      if (beginsInMs < endsInMs) cancelBegin = clock.after(beginsInMs, () => fail('late'));

      const dispatch = () => {
        isWaiting = false;
        this.#pool.dispatch(
          {
            origin: this.#origin,
            method: request.method,
            path: this.#prefix + request.path,
            headers: request.headers,
            body: request.body,
          },
          {
            // Called when a connection is ready and nothing has been written yet.
            onRequestStart: (started) => {
              sentAt = clock.monotonic();
              if (sentAt > beginsBy) fail('late');
              if (over) return started.abort(new Error('no longer wanted'));
              controller = started;
              cancelBegin();
              cancelTimer = clock.after(this.#timeoutMs, () => fail('timeout'));
            },
            onResponseStart(_, statusCode, responseHeaders) {
              status = statusCode;
              headers = responseHeaders;
              body.expect(headers['content-length']);
            },
            onResponseData(_, chunk) {
              if (!body.push(chunk)) fail('too-large');
            },
            onResponseEnd() {
              const text = body.text(headers['content-encoding']);
              if (text === undefined) fail('too-large');
              else end({ kind: 'answer', sentAt, status: status ?? 0, headers, text });
            },
            onResponseError(_, error) {
              fail(status === undefined ? 'connection' : 'cut', causeOf(error));
            },
          },
        );
      };
      if (isUrgent) return dispatch();
      leave = this.#reads.take(dispatch);
      if (over) leave();
    });
  }

  /** Closes all connections at once, including those in use. */
  async close(): Promise<void> {
    await this.#pool.destroy();
  }
}

/** Our own timer ends an exchange, so undici's timers are not needed. */
const options = { pipelining: 1, headersTimeout: 0, bodyTimeout: 0 };

function directly(origin: string, timeoutMs: number): Dispatcher {
  const connect = buildConnector({ timeout: timeoutMs });
  return new Pool(origin, { ...options, connect: readingOnlyFinal(connect) });
}

/** The same connector, with sockets from which no interim responses are read. */
function readingOnlyFinal(connect: buildConnector.connector): buildConnector.connector {
  return (to, callback) =>
    connect(to, (...[error, socket]) => {
      if (error) callback(error, null);
      else callback(null, withoutInterimResponses(socket));
    });
}

/** Every connection is a tunnel (CONNECT), so that the proxy sees neither token nor content. */
function throughProxy({ url, authorization }: HttpProxy, timeoutMs: number): Dispatcher {
  return new ProxyAgent({
    ...options,
    uri: url,
    token: authorization,
    proxyTls: { timeout: timeoutMs },
    requestTls: { timeout: timeoutMs },
    factory: (origin, { connect, ...more }: Pool.Options) =>
      new Pool(origin, {
        ...more,
        connect: typeof connect === 'function' ? readingOnlyFinal(connect) : connect,
      }),
    // The proxy's response to CONNECT; no exchange has begun by then.
    clientFactory: (proxy, { connect }: Pool.Options) =>
      new Pool(proxy, { connect, headersTimeout: timeoutMs }),
  });
}

/** How long a request to a server other than Segment may take, milliseconds. */
const otherTimeoutMs = 5000;

/**
 * Sends a GET request to a server other than Segment, on a connection of its own.
 *
 * @throws {Error} that says why there is no complete response.
 */
export async function getThrough(
  proxy: HttpProxy,
  url: string,
  { headers, signal }: Pick<RequestInit, 'headers' | 'signal'>,
): Promise<Response> {
  const { origin, pathname, search } = new URL(url);
  const pool = new HttpPool(origin, otherTimeoutMs, systemClock, proxy);
  try {
    const given = Object.fromEntries(new Headers(headers));
    const outcome = await pool.exchange(
      { method: 'GET', path: pathname + search, headers: given },
      {
        signal: signal ?? new AbortController().signal,
        endsInMs: otherTimeoutMs,
        isUrgent: true,
      },
    );
    if (outcome.kind === 'failure') throw new Error(outcome.cause ?? outcome.reason);
    const { date } = outcome.headers;
    const dated = typeof date === 'string' ? { date } : undefined;
    return new Response(outcome.text || null, { status: outcome.status, headers: dated });
  } finally {
    await pool.close();
  }
}

/** The most telling part of a network error: its code, otherwise its message. */
function causeOf(error: unknown): string {
  if (error instanceof AggregateError && error.errors.length > 0) return causeOf(error.errors[0]);
  if (!(error instanceof Error)) return String(error);
  const code = 'code' in error && typeof error.code === 'string' ? error.code : undefined;
  // undici's proxy errors: a response to CONNECT other than 200, none in time, or no TLS with it.
  const [, status] = /^Proxy response \((\d{3})\)/.exec(error.message) ?? [];
  if (status !== undefined) return `the proxy returned HTTP ${status}`;
  if (code === 'UND_ERR_HEADERS_TIMEOUT') return 'the proxy did not answer in time';
  if (code === 'UND_ERR_PRX_TLS' && error.cause) return causeOf(error.cause);
  return code ?? error.message;
}
