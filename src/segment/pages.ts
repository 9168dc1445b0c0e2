import { type Input, type OperationName, type Output, spaceIn } from './contract.ts';
import { Cursors } from './cursors.ts';
import type { Paging } from './editions/row.ts';
import { type AudiencesError, RefusedError, TooLargeError } from './errors.ts';

/** How the requests of one list call are made. */
interface PageRequests<Name extends OperationName> {
  /** Throws if this many requests could not all be sent in time. */
  foresee(requests: number): void;
  send(input: Input<Name>): Promise<Output<Name>>;
}

/**
 * Reads lists of more rows than Segment returns at once, page after page. A page size that Segment
 * refused is not requested again, nor one whose pages have too many bytes in a space.
 */
export class PageReader {
  /** By operation, the smallest size that was refused. */
  readonly #refused = new Map<OperationName, number>();
  /** By operation and space, the smallest size whose page was too large to be read. */
  readonly #tooLarge = new Map<string, number>();

  /**
   * @param pagingOf asked before each page: a response may show that pages can be larger.
   * @throws what the requests throw; a list that was read only in part is not returned.
   */
  async read<Name extends OperationName>(
    name: Name,
    pagingOf: () => Paging<Name>,
    input: Input<Name>,
    requests: PageRequests<Name>,
  ): Promise<Output<Name>> {
    const outputs: Output<Name>[] = [];
    const first = pagingOf();
    let left = first.countOf(input);
    let cursor: string | undefined;
    const cursors = new Cursors(first.cursorOf(input));
    let tooLarge: TooLargeError | undefined;
    do {
      const paging = pagingOf();
      const count = Math.min(left, this.#sizeOf(name, paging, input));
      if (outputs.length === 0 && count < left && !paging.isPatient(input)) {
        foresee(requests, Math.ceil(left / count), tooLarge);
      }
      try {
        const output = await requests.send(paging.ask(input, { count, cursor }));
        outputs.push(output);
        const rows = paging.rowsIn(output);
        left -= rows;
        // A page without rows offers no way to reach an end.
        cursor = rows > 0 ? cursors.after(paging.next(output)).cursor : undefined;
      } catch (error) {
        tooLarge = this.#assertSmallerIsLeft(name, paging, input, count, error);
      }
    } while (left > 0 && (outputs.length === 0 || cursor !== undefined));
    return first.join(outputs);
  }

  #sizeOf<Name extends OperationName>(
    name: Name,
    { sizes }: Paging<Name>,
    input: Input<Name>,
  ): number {
    const refused = this.#refused.get(name) ?? Number.POSITIVE_INFINITY;
    const tooLarge = this.#tooLarge.get(spaceKey(name, input)) ?? Number.POSITIVE_INFINITY;
    const size = sizes.find((candidate) => candidate < refused) ?? 1;
    return Math.min(size, Math.max(1, Math.floor(tooLarge / 2)));
  }

  /** Remembers that a page had too many bytes; false if no smaller page is possible. */
  #notesTooLarge<Name extends OperationName>(
    name: Name,
    input: Input<Name>,
    count: number,
  ): boolean {
    const key = spaceKey(name, input);
    // If a single row is too large, the number of rows is not the cause.
    if (count <= 1) this.#tooLarge.delete(key);
    else this.#tooLarge.set(key, Math.min(count, this.#tooLarge.get(key) ?? count));
    return count > 1;
  }

  /**
   * @returns the error, if a page had too many bytes.
   * @throws the error, unless a page was too large and a smaller one can be requested.
   */
  #assertSmallerIsLeft<Name extends OperationName>(
    name: Name,
    paging: Paging<Name>,
    input: Input<Name>,
    count: number,
    error: unknown,
  ): TooLargeError | undefined {
    if (!this.#findsTooLarge(name, paging, input, count, error)) throw error;
    return error instanceof TooLargeError ? error : undefined;
  }

  /** Whether a page was too large for Segment or for us, and a smaller one can be requested. */
  #findsTooLarge<Name extends OperationName>(
    name: Name,
    { sizes }: Paging<Name>,
    input: Input<Name>,
    count: number,
    error: unknown,
  ): boolean {
    if (error instanceof TooLargeError) return this.#notesTooLarge(name, input, count);
    if (!(error instanceof RefusedError) || !isOfCount(error)) return false;
    if (!sizes.some((size) => size < count)) return false;
    this.#refused.set(name, Math.min(count, this.#refused.get(name) ?? count));
    return true;
  }
}

/** @param tooLarge why there are so many; it says what to do if waiting would not help. */
function foresee<Name extends OperationName>(
  pages: PageRequests<Name>,
  requests: number,
  tooLarge: TooLargeError | undefined,
): void {
  try {
    pages.foresee(requests);
  } catch (error) {
    throw tooLarge ?? error;
  }
}

function spaceKey(name: OperationName, input: Input<OperationName>): string {
  return JSON.stringify([name, spaceIn(input)]);
}

function isOfCount({ facts }: AudiencesError): boolean {
  return facts.status === 422 && facts.field === 'pagination.count';
}
