import type { Clock } from '../clock.ts';
import type { Log } from '../log.ts';
import type { CallContext } from '../segment/call.ts';
import {
  type AudiencesError,
  CancelledError,
  type ErrorCode,
  StoppingError,
} from '../segment/errors.ts';
import { noObserver, type Observer } from '../telemetry/observer.ts';
import type { Redactor } from '../text/redact.ts';
import { visible } from '../text/visible.ts';
import type { ClientCall } from './client-call.ts';
import { Progress } from './progress.ts';
import { asAudiencesError } from './result.ts';
import { Running } from './running.ts';
import { type Admit, maxCallMs } from './tools.ts';

export interface ReadingsOptions {
  /** Whose requests these are, where a server has several callers. */
  caller?: string;
  /** What every log line of a request states in addition. */
  facts?: Readonly<Record<string, unknown>>;
  observer?: Observer;
  /** Decides whether a request may begin; by default every one may. */
  admit?: Admit;
  /** How long one may wait for quota and retries, in milliseconds. */
  maxWaitMs: number;
  clock: Clock;
  redactor: Redactor;
  log: Log;
}

/** An error for a client. */
export interface ShownError {
  /** One line. */
  message: string;
  data: { code: ErrorCode; next: string; retryAfterMs: number | undefined };
}

/** One request of a client that reads from Segment without being a tool call. */
export interface ReadingRequest {
  /** What is read, for the log. */
  what: string;
  client: ClientCall;
}

/**
 * What clients read from Segment other than by tools: resources, and what prompts contain. The same
 * limits hold as for the calls of tools.
 */
export class Readings {
  readonly #options: ReadingsOptions;
  readonly #running = new Running();
  readonly #abandoned = new AbortController();

  constructor(options: ReadingsOptions) {
    this.#options = options;
  }

  /**
   * Reads for a request.
   *
   * @throws {AudiencesError} what reading ended with, whatever was thrown.
   */
  run<Result>(
    request: ReadingRequest,
    read: (call: CallContext) => Promise<Result>,
  ): Promise<Result> {
    return this.#running.during(this.#read(request, read));
  }

  /** An error in the form in which it may leave the program. */
  shown({ code, message, facts }: AudiencesError): ShownError {
    const { redactor } = this.#options;
    const [first = ''] = redactor.text(message).split('\n', 1);
    const data = {
      code,
      next: visible(redactor.text(facts.next)),
      retryAfterMs: facts.retryAfterMs,
    };
    return { message: visible(first), data };
  }

  /** The client is gone: nobody waits for what is read. */
  abandon(): void {
    this.#abandoned.abort();
  }

  /** Resolves when nothing is being read. */
  async idle(): Promise<void> {
    await this.#running.none();
  }

  async #read<Result>(
    { what, client }: ReadingRequest,
    read: (call: CallContext) => Promise<Result>,
  ): Promise<Result> {
    const { clock, log, admit } = this.#options;
    const startedAt = clock.monotonic();
    let end = () => {};
    try {
      end = admit?.(what) ?? end;
      const progress = new Progress(client, startedAt, clock, log);
      const call = this.#callOf(client, progress, startedAt);
      const result = await progress.during(`${what} is being read`, () => read(call));
      log('info', 'read', { what, tookMs: clock.monotonic() - startedAt });
      return result;
    } catch (thrown) {
      const error = this.#asStopped(asAudiencesError(thrown), client);
      const isOurs = error.code === 'internal_error';
      log(isOurs ? 'error' : 'warn', 'reading failed', {
        what,
        tookMs: clock.monotonic() - startedAt,
        code: error.code,
        error: error.message,
        stack: isOurs && error.cause instanceof Error ? error.cause.stack : undefined,
      });
      throw error;
    } finally {
      end();
    }
  }

  #callOf({ signal }: ClientCall, progress: Progress, startedAt: number): CallContext {
    const { caller, facts, observer = noObserver, maxWaitMs, log } = this.#options;
    const abandoned = caller === undefined ? undefined : this.#abandoned.signal;
    const isSeen = facts !== undefined || observer !== noObserver;
    return {
      // Nothing is lost with the response to a read that nobody waits for.
      signal: abandoned ? AbortSignal.any([signal, abandoned]) : signal,
      abandoned,
      caller,
      trail: isSeen ? { facts: facts ?? {}, observer } : undefined,
      deadline: startedAt + Math.min(maxWaitMs, maxCallMs),
      endsAt: startedAt + maxCallMs,
      onWait: (wait) => progress.waits(wait),
      // There is no place for it in a resource; the next tool call shows its own.
      onNotice: (notice) => log('info', 'notice', { notice }),
      onProgress: (message) => progress.send(message),
    };
  }

  /** What ended because the server stops can be read from another one, where there are several. */
  #asStopped(error: AudiencesError, { signal }: ClientCall): AudiencesError {
    const isOurs = this.#options.caller !== undefined && !signal.aborted;
    const isCancelled = error instanceof CancelledError && !this.#abandoned.signal.aborted;
    return isOurs && isCancelled ? new StoppingError(error.operation, error.sent) : error;
  }
}
