import { Transform, type TransformCallback } from 'node:stream';

const lineFeed = 0x0a;

/**
 * Passes lines on and leaves out those that are too long, so that one monstrous message costs only
 * itself. Each line goes out as a whole.
 */
export class LineFilter extends Transform {
  readonly #longest: number;
  readonly #onTooLong: (bytes: number) => void;
  #pieces: Buffer[] = [];
  #bytes = 0;

  /** @param longest in bytes. @param onTooLong is told the length of a line that is left out. */
  constructor(longest: number, onTooLong: (bytes: number) => void) {
    super();
    this.#longest = longest;
    this.#onTooLong = onTooLong;
  }

  override _transform(chunk: Buffer, _: BufferEncoding, done: TransformCallback): void {
    let from = 0;
    for (let end = chunk.indexOf(lineFeed); end !== -1; end = chunk.indexOf(lineFeed, from)) {
      this.#take(chunk.subarray(from, end + 1));
      this.#passOn();
      from = end + 1;
    }
    this.#take(chunk.subarray(from));
    done();
  }

  #take(piece: Buffer): void {
    this.#bytes += piece.length;
    if (this.#bytes > this.#longest) this.#pieces = [];
    else if (piece.length > 0) this.#pieces.push(piece);
  }

  #passOn(): void {
    if (this.#bytes > this.#longest) this.#onTooLong(this.#bytes);
    else this.push(Buffer.concat(this.#pieces));
    this.#pieces = [];
    this.#bytes = 0;
  }
}
