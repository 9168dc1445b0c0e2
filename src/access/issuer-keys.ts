import * as z from 'zod';
import type { Clock } from '../clock.ts';
import { fetchableUrl } from '../config/settings.ts';
import type { Log } from '../log.ts';
import { systemReason } from '../text/system-reason.ts';

/** Sends a request; `fetch`, passed in so that tests can replace it. */
export type Fetch = (url: string, init: RequestInit) => Promise<Response>;

/** A set of public keys (RFC 7517, section 5), as far as it matters here. */
const keySetSchema = z.looseObject({ keys: z.array(z.looseObject({ kty: z.string() })) });
export type KeySet = z.infer<typeof keySetSchema>;

/** What matters of an authorization server's metadata (RFC 8414, section 2). */
const metadataSchema = z.looseObject({ issuer: z.string(), jwks_uri: fetchableUrl() });

/** After this, keys are fetched again. */
const maxAgeMs = 10 * 60_000;
/** For this long, a token with an unknown key causes no further request. */
const coolDownMs = 30_000;
/** How long nothing is tried again after a failure. */
const retryMs = 5000;
const timeoutMs = 5000;
/** Anything longer is not a set of keys. */
const maxResponseBytes = 1024 * 1024;

/** Keys of an issuer: fetched when needed, cached, and kept while the issuer can't be reached. */
export class IssuerKeys {
  readonly #issuer: string;
  readonly #jwks: string | undefined;
  readonly #context: { fetch: Fetch; clock: Clock; log: Log };
  #set: KeySet | undefined;
  #fetchedAt = 0;
  /** Undefined if the last attempt succeeded, or there was none. */
  #failedAt: number | undefined;
  #running: Promise<void> | undefined;

  /** @param jwks the address of the keys; undefined to find it by the issuer's metadata. */
  constructor(
    issuer: string,
    jwks: string | undefined,
    context: { fetch: Fetch; clock: Clock; log: Log },
  ) {
    this.#issuer = issuer;
    this.#jwks = jwks;
    this.#context = context;
  }

  /** The keys as last fetched; undefined if they never were. */
  get known(): KeySet | undefined {
    return this.#set;
  }

  /**
   * The keys; those already known if they are fresh, or if no newer ones can be fetched.
   *
   * @returns undefined if they can't be had.
   */
  async current(): Promise<KeySet | undefined> {
    if (!this.#set) await this.#fetchUnlessFailed();
    // Nobody waits for what only may have changed.
    else if (this.#ageMs() >= maxAgeMs) void this.#fetchUnlessFailed();
    return this.#set;
  }

  /**
   * The keys after a token did not match those at hand; the same object if they were fetched a
   * moment ago.
   */
  async newer(): Promise<KeySet | undefined> {
    if (this.#ageMs() >= coolDownMs) await this.#fetchUnlessFailed();
    return this.#set;
  }

  #ageMs(): number {
    return this.#context.clock.monotonic() - this.#fetchedAt;
  }

  async #fetchUnlessFailed(): Promise<void> {
    const sinceFailure = this.#context.clock.monotonic() - (this.#failedAt ?? -retryMs);
    if (this.#failedAt !== undefined && sinceFailure < retryMs) return;
    this.#running ??= this.#fetch().finally(() => {
      this.#running = undefined;
    });
    await this.#running;
  }

  async #fetch(): Promise<void> {
    const { clock, log } = this.#context;
    try {
      const set = await this.#json(this.#jwks ?? (await this.#findJwks()), keySetSchema);
      if (this.#failedAt !== undefined) log('info', "the issuer's keys can be fetched again");
      this.#set = set;
      this.#fetchedAt = clock.monotonic();
      this.#failedAt = undefined;
    } catch (error) {
      if (this.#failedAt === undefined) {
        log('error', "the issuer's keys can't be fetched", {
          because: reasonOf(error),
          known: this.#set !== undefined,
        });
      }
      this.#failedAt = clock.monotonic();
    }
  }

  /** @throws {Error} if no metadata of this issuer names its keys. */
  async #findJwks(): Promise<string> {
    const reasons: string[] = [];
    for (const url of metadataUrls(this.#issuer)) {
      try {
        const { issuer, jwks_uri } = await this.#json(url, metadataSchema);
        // RFC 8414, section 3.3: else the metadata of one server could stand for another's.
        if (issuer === this.#issuer) return jwks_uri;
        reasons.push(`${url} is the metadata of another issuer`);
      } catch (error) {
        reasons.push(reasonOf(error));
      }
    }
    throw new Error(reasons.join('; '));
  }

  async #json<Value>(url: string, schema: z.ZodType<Value>): Promise<Value> {
    const { fetch, clock } = this.#context;
    const late = new AbortController();
    const cancel = clock.after(timeoutMs, () => late.abort(new Error('no response in time')));
    try {
      const response = await fetch(url, {
        headers: { accept: 'application/json, application/jwk-set+json' },
        redirect: 'error',
        signal: late.signal,
      });
      if (response.status !== 200) throw new Error(`${url} returned HTTP ${response.status}`);
      const { data } = schema.safeParse(JSON.parse(await boundedText(response)));
      if (!data) throw new Error(`${url} returned something else`);
      return data;
    } finally {
      cancel();
    }
  }
}

async function boundedText(response: Response): Promise<string> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of response.body ?? []) {
    bytes += chunk.length;
    if (bytes > maxResponseBytes) throw new Error('the response is too long');
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

/** Where an issuer's metadata may be: RFC 8414, section 3.1, and OpenID Connect Discovery, section 4. */
export function metadataUrls(issuer: string): string[] {
  const { origin, pathname } = new URL(issuer);
  const path = pathname.replace(/\/$/, '');
  return [
    ...new Set([
      `${origin}/.well-known/oauth-authorization-server${path}`,
      `${origin}/.well-known/openid-configuration${path}`,
      `${origin}${path}/.well-known/openid-configuration`,
    ]),
  ];
}

function reasonOf(error: unknown): string {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  return cause instanceof Error && !('code' in cause) ? cause.message : systemReason(cause);
}
