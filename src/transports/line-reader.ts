const lineFeed = 0x0a;

/** The part of a too long line that is kept, to find its id. */
const maxStartBytes = 64 * 1024;
const firstCapacityBytes = 4096;

/**
 * Splits a stream of bytes into lines and drops those that are too long, so that one monstrous
 * message costs only itself. A line costs at most twice its length, in however many pieces it
 * comes.
 */
export class LineReader {
  readonly #maxBytes: number;
  readonly #onLine: (line: string) => void;
  readonly #onTooLong: (bytes: number, start: string) => void;
  /** The beginning of an incomplete line; of one that is too long, only its start. */
  #kept = Buffer.alloc(0);
  #keptBytes = 0;
  #bytes = 0;

  /**
   * @param maxBytes of a line, with the line feed. @param onLine receives each line without it.
   * @param onTooLong receives the length of a dropped line, and its first 64 KB.
   */
  constructor(
    maxBytes: number,
    onLine: (line: string) => void,
    onTooLong: (bytes: number, start: string) => void,
  ) {
    this.#maxBytes = maxBytes;
    this.#onLine = onLine;
    this.#onTooLong = onTooLong;
  }

  /** Takes the next bytes. */
  push(chunk: Buffer): void {
    let from = 0;
    for (let end = chunk.indexOf(lineFeed); end !== -1; end = chunk.indexOf(lineFeed, from)) {
      this.#endLine(chunk.subarray(from, end + 1));
      from = end + 1;
    }
    this.#keep(chunk.subarray(from));
  }

  /** No more bytes will come: passes on what followed the last line feed. */
  end(): void {
    if (this.#bytes > 0) this.push(Buffer.of(lineFeed));
  }

  /** @param last the last piece of a line, with the line feed. */
  #endLine(last: Buffer): void {
    if (this.#bytes === 0 && last.length <= this.#maxBytes) {
      this.#onLine(last.toString('utf8', 0, last.length - 1));
      return;
    }
    this.#keep(last);
    const [kept, keptBytes, bytes] = [this.#kept, this.#keptBytes, this.#bytes];
    this.#kept = Buffer.alloc(0);
    this.#keptBytes = 0;
    this.#bytes = 0;
    if (bytes <= this.#maxBytes) this.#onLine(kept.toString('utf8', 0, bytes - 1));
    else this.#onTooLong(bytes, kept.toString('utf8', 0, keptBytes));
  }

  #keep(piece: Buffer): void {
    this.#bytes += piece.length;
    const isTooLong = this.#bytes > this.#maxBytes;
    const maxKeptBytes = isTooLong ? Math.min(maxStartBytes, this.#maxBytes) : this.#maxBytes;
    const bytes = Math.min(this.#keptBytes + piece.length, maxKeptBytes);
    if (isTooLong && this.#kept.length > maxKeptBytes) {
      this.#kept = Buffer.from(this.#kept.subarray(0, maxKeptBytes));
    }
    this.#grow(bytes);
    if (bytes > this.#keptBytes)
      piece.copy(this.#kept, this.#keptBytes, 0, bytes - this.#keptBytes);
    this.#keptBytes = bytes;
  }

  #grow(bytes: number): void {
    if (bytes <= this.#kept.length) return;
    const larger = Buffer.alloc(Math.max(firstCapacityBytes, bytes, 2 * this.#kept.length));
    this.#kept.copy(larger, 0, 0, this.#keptBytes);
    this.#kept = larger;
  }
}
