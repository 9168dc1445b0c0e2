/** Cuts a stream of bytes into lines, each told once, without the line feed and without decoding. */
export class Lines {
  readonly #tell: (line: Buffer) => void;
  #rest: Buffer[] = [];

  constructor(tell: (line: Buffer) => void) {
    this.#tell = tell;
  }

  /** Whether there is the beginning of a line whose end has not come. */
  get unfinished(): boolean {
    return this.#rest.length > 0;
  }

  push(chunk: Buffer): void {
    let from = 0;
    for (let end = chunk.indexOf(0x0a); end !== -1; end = chunk.indexOf(0x0a, from)) {
      this.#tell(Buffer.concat([...this.#rest, chunk.subarray(from, end)]));
      this.#rest = [];
      from = end + 1;
    }
    if (from < chunk.length) this.#rest.push(chunk.subarray(from));
  }
}
