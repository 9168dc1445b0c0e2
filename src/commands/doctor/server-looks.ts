import * as z from 'zod';
import type { Fetch } from '../../access/issuer-keys.ts';
import type { Clock } from '../../clock.ts';
import { systemReason } from '../../text/system-reason.ts';
import { name as programName, version } from '../../version.ts';
import { dateSkew } from './clock-skew.ts';

/** A response of a running server, as far as it matters here. */
export interface ServerAnswer {
  status: number;
  headers: Headers;
  /** Its body, if that is JSON or an event stream with JSON. */
  body: unknown;
  /** From the request to the end of the response. */
  tookMs: number;
}

/** There was no response. Its message completes a sentence. */
export class NoAnswerError extends Error {
  override name = 'NoAnswerError';
}

export interface ServerLooksOptions {
  /** The URL of the endpoint. */
  endpoint: string;
  /** A key or an access token; undefined if there is none. */
  key: string | undefined;
  fetch: Fetch;
  clock: Clock;
}

/** Anything longer is not an answer to what is asked here. */
const maxBodyChars = 4 * 1024 * 1024;

/** The doctor's requests to a running server. */
export class ServerLooks {
  readonly endpoint: URL;
  readonly key: string | undefined;
  readonly #fetch: Fetch;
  readonly #clock: Clock;
  #aheadMs: number | undefined;

  constructor({ endpoint, key, fetch, clock }: ServerLooksOptions) {
    this.endpoint = new URL(endpoint);
    this.key = key;
    this.#fetch = fetch;
    this.#clock = clock;
  }

  /** How far the server's clock is ahead of ours, by its last response; undefined if unknown. */
  get aheadMs(): number | undefined {
    return this.#aheadMs;
  }

  /** Gets a page. @param path from the root of the server. @throws {NoAnswerError} */
  get(path: string, signal: AbortSignal): Promise<ServerAnswer> {
    return this.#send(new URL(path, this.endpoint.origin).href, { signal });
  }

  /**
   * Posts a message to the endpoint.
   *
   * @param session its id; undefined before there is one. @throws {NoAnswerError}
   */
  post(
    message: object,
    { key, session, signal }: { key: string | undefined; session?: string; signal: AbortSignal },
  ): Promise<ServerAnswer> {
    const headers: Record<string, string> = {
      'content-type': 'application/json',
      accept: 'application/json, text/event-stream',
      ...(key !== undefined && { authorization: `Bearer ${key}` }),
      ...(session !== undefined && { 'mcp-session-id': session }),
    };
    const body = JSON.stringify({ jsonrpc: '2.0', ...message });
    return this.#send(this.endpoint.href, { method: 'POST', headers, body, signal });
  }

  /** Begins a session. @throws {NoAnswerError} */
  initialize(key: string | undefined, signal: AbortSignal): Promise<ServerAnswer> {
    const params = {
      protocolVersion: '2025-11-25',
      capabilities: {},
      clientInfo: { name: `${programName} doctor`, version },
    };
    return this.post({ id: 1, method: 'initialize', params }, { key, signal });
  }

  async #send(url: string, init: RequestInit): Promise<ServerAnswer> {
    const startedAt = this.#clock.monotonic();
    try {
      const response = await this.#fetch(url, { ...init, redirect: 'error' });
      const text = await response.text();
      const { status, headers } = response;
      this.#aheadMs = dateSkew(headers.get('date'), this.#clock.now()) ?? this.#aheadMs;
      const tookMs = Math.round(this.#clock.monotonic() - startedAt);
      return { status, headers, body: bodyOf(text), tookMs };
    } catch (error) {
      throw new NoAnswerError(reasonOf(error));
    }
  }
}

/** JSON, or that of the last event of a stream. */
function bodyOf(text: string): unknown {
  if (text.length > maxBodyChars) return undefined;
  const events = text.split('\n').filter((line) => line.startsWith('data: '));
  const json = events.at(-1)?.slice('data: '.length) ?? text;
  try {
    return JSON.parse(json);
  } catch {
    return undefined;
  }
}

const errorSchema = z.object({ code: z.string() });

function reasonOf(error: unknown): string {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  if (errorSchema.safeParse(cause).success) return systemReason(cause);
  return cause instanceof Error ? cause.message : String(cause);
}
