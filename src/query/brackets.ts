import { isClosing, isOpening, type Token } from './tokens.ts';

/**
 * How the brackets of a query match: each closing one with the nearest open one before it.
 */
export class Brackets {
  readonly #closed = new Set<Token>();
  /** Whether every bracket has a match. */
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

  /** Whether an opening bracket is closed. */
  isClosed(open: Token): boolean {
    return this.#closed.has(open);
  }
}
