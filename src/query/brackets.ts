import { isClosing, isOpening, keywordOf, type Token } from './tokens.ts';

/**
 * How the brackets of a query belong together: each closing one to the nearest that is open before it.
 */
export class Brackets {
  readonly #closed = new Set<Token>();
  readonly #unclosed: readonly Token[];
  /** Whether a bracket is closed that was not opened. */
  readonly hasStrayClosing: boolean;
  /** @see groupsAlike */
  readonly #tokens: readonly Token[];

  /** @param tokens of the whole query. */
  constructor(tokens: readonly Token[]) {
    this.#tokens = tokens;
    const open: Token[] = [];
    let hasStray = false;
    for (const token of tokens) {
      if (isOpening(token)) open.push(token);
      if (!isClosing(token)) continue;
      const opened = open.pop();
      if (opened) this.#closed.add(opened);
      else hasStray = true;
    }
    this.#unclosed = open;
    this.hasStrayClosing = hasStray;
  }

  /** Whether a bracket that was opened is closed. */
  isClosed(open: Token): boolean {
    return this.#closed.has(open);
  }

  /** Whether of all that are not closed this one was opened last. */
  isLastOpen(open: Token): boolean {
    return this.#unclosed.at(-1) === open;
  }

  /**
   * Whether one more or less around conditions makes no difference: all joints are the same, and no
   * condition is under a prefix. Joints in brackets that are closed don't count.
   *
   * @param withinGroups count those in closed brackets as well, unless these are of a call.
   */
  groupsAlike(withinGroups: boolean): boolean {
    const open: boolean[] = [];
    const joints = new Set<string>();
    let prefixes = 0;
    let hidden = 0;
    for (const [index, token] of this.#tokens.entries()) {
      if (isOpening(token) && this.isClosed(token)) {
        const hides = !withinGroups || this.#isOfCall(index);
        open.push(hides);
        hidden += Number(hides);
      } else if (isClosing(token)) hidden -= Number(open.pop() ?? false);
      if (hidden > 0) continue;
      const keyword = keywordOf(token);
      if (keyword === 'AND' || keyword === 'OR') joints.add(keyword);
      else if (keyword) prefixes += 1;
    }
    return joints.size === 0 || (joints.size === 1 && prefixes === 0);
  }

  #isOfCall(index: number): boolean {
    const before = this.#tokens[index - 1];
    return before?.kind === 'name' && keywordOf(before) === undefined;
  }
}
