import { buildConnector, type Dispatcher, Pool, ProxyAgent } from 'undici';
import type { Clock } from '../clock.ts';
import { AnswerBody } from './answer-body.ts';
import { withoutEndSlashes } from './base-url.ts';
import { withoutInterimResponses } from './interim-responses.ts';
import type { HttpProxy } from './proxy.ts';
import type { Headers } from './quota/report.ts';
import { Semaphore } from './semaphore.ts';

/**
 * Few enough for a server that limits requests anyway, enough for an agent's parallel calls. Writes
 * do not count: what limits them are their quotas.
 */
export const maxReadsAtOnce = 8;

/** The largest answer that is read; Segment's own stay far below. */
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
  /** Milliseconds after which it is over, all waits included. */
  endsInMs: number;
  /** Milliseconds after which nothing of it may be sent any more; without it, there is no such time. */
  beginsInMs?: number;
  /** Whether it goes out at once, however many reads are under way. */
  isUrgent: boolean;
}

/** A complete answer. */
export interface HttpAnswer {
  kind: 'answer';
  /** When the request began to be sent, on the monotonic clock. */
  sentAt: number;
  status: number;
  headers: Headers;
  text: string;
}

/**
 * No complete answer.
 * - `connection`: it could not be made, or broke before the answer began.
 * - `cut`: it broke in the middle of the answer.
 * - `timeout`: the attempt took longer than one may.
 * - `over`: the time after which all had to be over came first.
 * - `late`: so did the time by which it had to begin, or it waited for others until all was over.
 *   Nothing was sent.
 * - `too-large`: the answer passed `maxAnswerBytes` or `maxAnswerValues`.
 * - `cancelled`: the request's signal was aborted.
 */
export interface HttpFailure {
  kind: 'failure';
  reason: 'connection' | 'cut' | 'timeout' | 'over' | 'late' | 'too-large' | 'cancelled';
  /** Whether any of the request may have reached the server. */
  sent: boolean;
  /** How long it lasted since it began to be sent, milliseconds; 0 if it did not. */
  lastedMs: number;
  /** The status, if the answer had begun. */
  status?: number;
  /** The error of the network, such as `ECONNREFUSED`. */
  cause?: string;
}

export type HttpOutcome = HttpAnswer | HttpFailure;

/**
 * Kept-alive connections to one base URL. Redirects are never followed.
 *
 * What limits their number are the places of reads, not undici's pool: there an urgent request would
 * wait behind others.
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
   * sent to the last received. The wait for other requests does not count.
   * @param proxy what connections are made through, if anything.
   */
  constructor(baseUrl: string, timeoutMs: number, clock: Clock, proxy?: HttpProxy) {
    const { origin, pathname } = new URL(baseUrl);
    this.#origin = origin;
    this.#prefix = withoutEndSlashes(pathname);
    this.#timeoutMs = timeoutMs;
    this.#clock = clock;
    this.#pool = proxy ? throughProxy(proxy, timeoutMs) : directly(origin, timeoutMs);
  }

  /** Sends one request once. Never rejects: the outcome says what went wrong. */
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
      let headers: Headers = {};
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

  /** Closes all connections at once, also those in use. */
  async close(): Promise<void> {
    await this.#pool.destroy();
  }
}

/** Our own timer ends an exchange, so undici's need not. */
const options = { pipelining: 1, headersTimeout: 0, bodyTimeout: 0 };

function directly(origin: string, timeoutMs: number): Dispatcher {
  const connect = buildConnector({ timeout: timeoutMs });
  return new Pool(origin, { ...options, connect: readingOnlyFinal(connect) });
}

/** The same way to connect, by sockets from which no interim responses are read. */
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
    // The proxy's answer to CONNECT; an exchange has not begun by then.
    clientFactory: (proxy, { connect }: Pool.Options) =>
      new Pool(proxy, { connect, headersTimeout: timeoutMs }),
  });
}

/** The most telling word that an error of the network has: its code, else its message. */
function causeOf(error: unknown): string {
  if (error instanceof AggregateError && error.errors.length > 0) return causeOf(error.errors[0]);
  if (!(error instanceof Error)) return String(error);
  const code = 'code' in error && typeof error.code === 'string' ? error.code : undefined;
  // undici's errors of a proxy: another answer to CONNECT than 200, none in time, or no TLS with it.
  const [, status] = /^Proxy response \((\d{3})\)/.exec(error.message) ?? [];
  if (status !== undefined) return `the proxy returned HTTP ${status}`;
  if (code === 'UND_ERR_HEADERS_TIMEOUT') return 'the proxy did not answer in time';
  if (code === 'UND_ERR_PRX_TLS' && error.cause) return causeOf(error.cause);
  return code ?? error.message;
}
