import { isClosing, isOpening, keywordOf, type Token } from './tokens.ts';

/**
 * How the brackets of a query belong together: each closing one to the nearest that is open before it.
 */
export class Brackets {
  readonly #closed = new Set<Token>();
  readonly #unclosed: readonly Token[];
  /** Whether a bracket is closed that was not opened. */
  readonly hasStrayClosing: boolean;
  #groupsAlike: boolean | undefined;
  #allAlike: boolean | undefined;
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
   * Whether one more or less around conditions makes no difference: outside of brackets that are closed all
   * joints are the same, and no condition is under a prefix.
   */
  get groupsAlike(): boolean {
    this.#groupsAlike ??= this.#isAlike(() => true);
    return this.#groupsAlike;
  }

  /** Whether that holds wherever it may be that one is missing or too much: also inside of groups. */
  get allAlike(): boolean {
    this.#allAlike ??= this.#isAlike((index) => this.#isOfCall(index));
    return this.#allAlike;
  }

  /** @param hides whether the joints in a closed bracket don't count. */
  #isAlike(hides: (index: number) => boolean): boolean {
    const open: boolean[] = [];
    let hidden = 0;
    const keywords = new Set<string>();
    for (const [index, token] of this.#tokens.entries()) {
      const step = this.#stepOf(token, index, open, hides);
      hidden += step;
      const keyword = hidden > 0 ? undefined : keywordOf(token);
      if (keyword) keywords.add(keyword);
    }
    const joints = Number(keywords.has('AND')) + Number(keywords.has('OR'));
    return joints === 0 || keywords.size === 1;
  }

  /** How many more brackets hide what is in them behind a token. @param open whether each of those that are open does. */
  #stepOf(token: Token, index: number, open: boolean[], hides: (at: number) => boolean): number {
    if (isClosing(token)) return -Number(open.pop() ?? false);
    if (!isOpening(token) || !this.isClosed(token)) return 0;
    const isHiding = hides(index);
    open.push(isHiding);
    return Number(isHiding);
  }

  #isOfCall(index: number): boolean {
    const before = this.#tokens[index - 1];
    return before?.kind === 'name' && keywordOf(before) === undefined;
  }
}
