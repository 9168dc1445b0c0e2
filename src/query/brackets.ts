import { isClosing, isOpening, type Token } from './tokens.ts';

/**
 * How the brackets of a query belong together: each closing one to the nearest that is open before it.
 */
export class Brackets {
  readonly #closed = new Set<Token>();
  /** Whether each bracket has its other half. */
  readonly areBalanced: boolean;

  /** @param tokens of the whole query. */
  constructor(tokens: readonly Token[]) {
    const open: Token[] = [];
    let hasStray = false;
    for (const token of tokens) {
      if (isOpening(token)) open.push(token);
      if (!isClosing(token)) continue;
      const opened = open.pop();
      if (opened) this.#closed.add(opened);
      else hasStray = true;
    }
    this.areBalanced = open.length === 0 && !hasStray;
  }

  /** Whether a bracket that was opened is closed. */
  isClosed(open: Token): boolean {
    return this.#closed.has(open);
  }
}
