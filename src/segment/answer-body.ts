import zlib, { brotliDecompressSync, inflateRawSync, unzipSync, type ZlibOptions } from 'node:zlib';

const firstBytes = 16 * 1024;

/**
 * More values than any response of Segment has: its longest, a page of 1000 audiences, has about
 * 30,000. Reading and walking many more takes seconds, during which no other call is served.
 */
export const maxAnswerValues = 250_000;

/** Maximum length of a name that the server chose. */
const maxNameChars = 50;

const utf8 = new TextDecoder();

type Decode = (bytes: Uint8Array, options: Pick<ZlibOptions, 'maxOutputLength'>) => Buffer;

/** RFC 9110, section 8.4.1, and RFC 8878. */
const decoders: Readonly<Record<string, Decode>> = {
  identity: (bytes) => Buffer.from(bytes),
  gzip: unzipSync,
  'x-gzip': unzipSync,
  deflate: inflate,
  br: brotliDecompressSync,
  zstd: unzstd,
};

const nothing = Buffer.alloc(0);

/** The bytes of a response in one buffer, however small the chunks. */
export class AnswerBody {
  readonly #maxBytes: number;
  #bytes = nothing;
  #length = 0;

  /** @param maxBytes of the body, as received and as decoded. */
  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  /** Reserves memory for the length that the header gives, which may be wrong. */
  expect(contentLength: string | string[] | undefined): void {
    const length = Number(contentLength);
    if (this.#length > 0 || !Number.isSafeInteger(length) || length < 0) return;
    this.#bytes = Buffer.allocUnsafe(Math.min(length, this.#maxBytes));
  }

  /** Takes the next bytes; false, with everything discarded, if there are too many. */
  push(chunk: Uint8Array): boolean {
    const length = this.#length + chunk.length;
    if (length > this.#maxBytes) {
      this.#bytes = nothing;
      this.#length = 0;
      return false;
    }
    if (length > this.#bytes.length) {
      const larger = Buffer.allocUnsafe(Math.max(firstBytes, length, this.#bytes.length * 2));
      this.#bytes.copy(larger, 0, 0, this.#length);
      this.#bytes = larger;
    }
    this.#bytes.set(chunk, this.#length);
    this.#length = length;
    return true;
  }

  /**
   * The body as text, without a byte order mark. If it can't be decoded, a text that says so.
   *
   * @param contentEncoding the header: a proxy may compress without being asked to.
   * @returns undefined if it is too large when decoded, or has too many values.
   */
  text(contentEncoding: string | string[] | undefined): string | undefined {
    const decoded = this.#decoded(contentEncoding);
    if (!decoded || hasManyValues(decoded.bytes)) return undefined;
    const { bytes, unread } = decoded;
    if (unread === undefined || isJsonObject(bytes)) return utf8.decode(bytes);
    return `(its content-encoding ${unread.slice(0, maxNameChars)} can't be read)`;
  }

  /**
   * @returns the bytes, with the coding that could not be decoded, if any; undefined if too large.
   */
  #decoded(
    contentEncoding: string | string[] | undefined,
  ): { bytes: Uint8Array; unread: string | undefined } | undefined {
    let bytes: Uint8Array = this.#bytes.subarray(0, this.#length);
    if (contentEncoding === undefined) return { bytes, unread: undefined };
    const codings = [contentEncoding].flat().join(',').toLowerCase().split(',');
    const named = codings.map((name) => name.trim()).filter((name) => name !== '');
    let unread: string | undefined;
    // Listed in the order in which they were applied. Some servers name codings that they did not
    // apply, or that do not exist; those are ignored as long as the result is JSON.
    for (const coding of named.reverse()) {
      if (bytes.length === 0 || isJsonObject(bytes)) break;
      const decode = Object.hasOwn(decoders, coding) ? decoders[coding] : undefined;
      try {
        if (decode) bytes = decode(bytes, { maxOutputLength: this.#maxBytes });
        else unread ??= coding;
      } catch (error) {
        if (error instanceof RangeError) return undefined;
        unread ??= coding;
      }
    }
    return { bytes, unread };
  }
}

const quote = 0x22;
const backslash = 0x5c;
const comma = 0x2c;

/** Whether a JSON text has more values than are read, counted by the commas outside its strings. */
function hasManyValues(bytes: Uint8Array): boolean {
  // Almost no text has that many commas.
  let all = 0;
  for (let at = bytes.indexOf(comma); at !== -1; at = bytes.indexOf(comma, at + 1)) {
    all += 1;
    if (all === maxAnswerValues) break;
  }
  if (all < maxAnswerValues) return false;
  let commas = 0;
  let isInString = false;
  for (let place = 0; place < bytes.length; place += 1) {
    const byte = bytes[place];
    if (byte === quote) isInString = !isInString;
    else if (byte === backslash) place += 1;
    else if (byte === comma && !isInString) commas += 1;
  }
  return commas >= maxAnswerValues;
}

/** Encoded bytes never start like this. */
function isJsonObject(bytes: Uint8Array): boolean {
  const text = utf8.decode(bytes);
  if (!text.trimStart().startsWith('{')) return false;
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

/** Node.js before 22.15 has no zstd. */
function unzstd(bytes: Uint8Array, options: Pick<ZlibOptions, 'maxOutputLength'>): Buffer {
  const decode: unknown = Reflect.get(zlib, 'zstdDecompressSync');
  const decoded: unknown = typeof decode === 'function' ? decode(bytes, options) : undefined;
  if (!Buffer.isBuffer(decoded)) throw new TypeError('This Node.js has no zstd.');
  return decoded;
}

/** Some servers omit the header that deflate should have. */
function inflate(bytes: Uint8Array, options: Pick<ZlibOptions, 'maxOutputLength'>): Buffer {
  const hasHeader = ((bytes[0] ?? 0) & 0x0f) === 8;
  return hasHeader ? unzipSync(bytes, options) : inflateRawSync(bytes, options);
}
