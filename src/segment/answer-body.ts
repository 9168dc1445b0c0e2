import zlib, { brotliDecompressSync, inflateRawSync, unzipSync, type ZlibOptions } from 'node:zlib';

const firstBytes = 16 * 1024;

/** Of a name that the server chose. */
const maxNameChars = 50;

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

/** The bytes of an answer as they come, in one piece of memory, however small they come. */
export class AnswerBody {
  readonly #maxBytes: number;
  #bytes = Buffer.alloc(0);
  #length = 0;

  /** @param maxBytes of the body, as it comes and as it is decoded. */
  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  /** Reserves room for the length that the header gives, which may be wrong. */
  expect(contentLength: string | string[] | undefined): void {
    const length = Number(contentLength);
    if (this.#length > 0 || !Number.isSafeInteger(length) || length < 0) return;
    this.#bytes = Buffer.alloc(Math.min(length, this.#maxBytes));
  }

  /** Takes the next bytes; false, and nothing is kept, if they are too many. */
  push(chunk: Uint8Array): boolean {
    const length = this.#length + chunk.length;
    if (length > this.#maxBytes) {
      this.#bytes = Buffer.alloc(0);
      this.#length = 0;
      return false;
    }
    if (length > this.#bytes.length) {
      const larger = Buffer.alloc(Math.max(firstBytes, length, this.#bytes.length * 2));
      this.#bytes.copy(larger, 0, 0, this.#length);
      this.#bytes = larger;
    }
    this.#bytes.set(chunk, this.#length);
    this.#length = length;
    return true;
  }

  /**
   * The body as text, without a byte order mark. Where it can't be decoded, a text that says so.
   *
   * @param contentEncoding the header: a proxy may compress what nobody asked it to.
   * @returns undefined if it is too large when decoded.
   */
  text(contentEncoding: string | string[] | undefined): string | undefined {
    const codings = [contentEncoding ?? []].flat().join(',').toLowerCase().split(',');
    const named = codings.map((name) => name.trim()).filter((name) => name !== '');
    let bytes: Uint8Array = this.#bytes.subarray(0, this.#length);
    let unread: string | undefined;
    // Listed in the order in which they were applied. Some name what they did not do, or what is no
    // coding; that is passed over, as far as there is JSON in the end.
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
    if (unread === undefined || isJsonObject(bytes)) return new TextDecoder().decode(bytes);
    return `(its content-encoding ${unread.slice(0, maxNameChars)} can't be read)`;
  }
}

/** What a coding makes never is one. */
function isJsonObject(bytes: Uint8Array): boolean {
  const text = new TextDecoder().decode(bytes);
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

/** Some servers leave out the header that deflate should have. */
function inflate(bytes: Uint8Array, options: Pick<ZlibOptions, 'maxOutputLength'>): Buffer {
  const hasHeader = ((bytes[0] ?? 0) & 0x0f) === 8;
  return hasHeader ? unzipSync(bytes, options) : inflateRawSync(bytes, options);
}
