const lineFeed = 0x0a;

/**
 * Cuts a stream of bytes into lines and leaves out those that are too long, so that one monstrous
 * message costs only itself.
 */
export class LineReader {
  readonly #maxBytes: number;
  readonly #onLine: (line: string) => void;
  readonly #onTooLong: (bytes: number) => void;
  #pieces: Buffer[] = [];
  #bytes = 0;

  /**
   * @param maxBytes of a line, with the line feed. @param onLine gets each line without it.
   * @param onTooLong gets the length of a line that is left out.
   */
  constructor(
    maxBytes: number,
    onLine: (line: string) => void,
    onTooLong: (bytes: number) => void,
  ) {
    this.#maxBytes = maxBytes;
    this.#onLine = onLine;
    this.#onTooLong = onTooLong;
  }

  /** Takes the next bytes. */
  push(chunk: Buffer): void {
    let from = 0;
    for (let end = chunk.indexOf(lineFeed); end !== -1; end = chunk.indexOf(lineFeed, from)) {
      this.#take(chunk.subarray(from, end + 1));
      this.#passOn();
      from = end + 1;
    }
    this.#take(chunk.subarray(from));
  }

  /** No more bytes will come: passes on what came after the last line feed. */
  end(): void {
    if (this.#bytes > 0) this.push(Buffer.of(lineFeed));
  }

  #take(piece: Buffer): void {
    this.#bytes += piece.length;
    if (this.#bytes > this.#maxBytes) this.#pieces = [];
    else if (piece.length > 0) this.#pieces.push(piece);
  }

  #passOn(): void {
    const [pieces, bytes] = [this.#pieces, this.#bytes];
    this.#pieces = [];
    this.#bytes = 0;
    if (bytes > this.#maxBytes) this.#onTooLong(bytes);
    else this.#onLine(Buffer.concat(pieces).toString('utf8', 0, bytes - 1));
  }
}
