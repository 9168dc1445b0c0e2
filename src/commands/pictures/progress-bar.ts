import { counted, inDigits } from '../../pictures/status.ts';

const barChars = 24;
/** Goes to the start of the line, and clears it (ECMA-48: CR, and EL without a parameter). */
const cleared = '\r\u001b[K';

/** One line of a terminal that shows how far the reading of a space is. */
export class ProgressBar {
  readonly #write: (text: string) => void;
  #isShown = false;
  #count = '';

  /** @param write writes to the terminal; undefined if there is none, and nothing is shown. */
  constructor(write: ((text: string) => void) | undefined) {
    this.#write = write ?? (() => {});
  }

  /** @param total undefined if it is not known. */
  reads(done: number, total: number | undefined): void {
    this.#count = total === undefined ? counted(done, 'audience') : barOf(done, total);
    this.#show(this.#count);
  }

  /** @param why in a few words. */
  waits(why: string, leftMs: number): void {
    const what = this.#count === '' ? '' : ` ${this.#count},`;
    this.#show(`${what} waiting ${Math.ceil(leftMs / 1000)} s for ${why}`.trim());
  }

  /** @param what without a full stop. */
  does(what: string): void {
    this.#show(what);
  }

  /** Clears the line. */
  end(): void {
    if (this.#isShown) this.#write(cleared);
    this.#isShown = false;
  }

  #show(text: string): void {
    this.#isShown = true;
    this.#write(`${cleared}${text}`);
  }
}

function barOf(done: number, total: number): string {
  const full = Math.round(barChars * Math.min(1, done / Math.max(1, total)));
  return `[${'#'.repeat(full)}${'-'.repeat(barChars - full)}] ${inDigits(done)} of ${counted(total, 'audience')}`;
}
