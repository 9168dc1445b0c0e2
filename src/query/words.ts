/*
 * Splits a text that is not a definition – prose, SQL, JSON, code – into words, to find out what it
 * is and what it means. Unlike the lexer, it allows apostrophes inside words.
 */

/** A piece of such a text. */
export interface Word {
  /**
   * - `word`: letters, digits, and what joins them inside a word. `number`: digits only.
   * - `quoted`: in quotes of any kind. `sign`: anything else, with operators in one piece.
   */
  kind: 'word' | 'number' | 'quoted' | 'sign';
  /** As written; for `quoted`, the part between the quotes. */
  text: string;
  /** The opening quote; for `quoted` only. */
  quote?: string;
  /** Whether it follows the piece before it without a space. */
  isAdjacent: boolean;
}

/** The quotes that open a string, correct or not, with those that close it. */
export const closingQuotes: ReadonlyMap<string, string> = new Map([
  ["'", "'"],
  ['"', '"'],
  ['`', '`'],
  ['\u2018', '\u2019'],
  ['\u201c', '\u201d'],
  ['\u201e', '\u201c'],
  ['\u201a', '\u2018'],
  ['\u00ab', '\u00bb'],
]);

const space = /\s+/y;
/**
 * A date, a time or a key is one word; a dot that may end a sentence or divide a path is not part
 * of it.
 */
const wordPattern =
  /[\p{L}\p{N}_$](?:[\p{L}\p{N}_$]|[-'\u2019:](?=[\p{L}\p{N}_])|(?<=\d)\.(?=\d))*/uy;
const numberPattern = /^\d+(?:\.\d+)?$/;
const signPattern = /[<>=!\u2264\u2265\u2260]+|&&|\|\||[\s\S]/uy;
const letter = /[\p{L}\p{N}]/u;

/**
 * Splits a text into words, in linear time.
 *
 * @param maxWords where it stops.
 */
export function cutWords(text: string, maxWords: number): Word[] {
  const words: Word[] = [];
  // A quote that is never closed from here on is not closed later either.
  const unclosed = new Set<string>();
  let at = 0;
  let isAdjacent = false;
  while (at < text.length && words.length < maxWords) {
    const gap = matchAt(space, text, at);
    at += gap.length;
    isAdjacent = gap === '' && words.length > 0;
    if (at >= text.length) break;
    const quoted = quotedAt(text, at, unclosed);
    const piece = quoted ?? plainAt(text, at);
    words.push({ ...piece.word, isAdjacent });
    at = piece.end;
  }
  return words;
}

interface Piece {
  word: Omit<Word, 'isAdjacent'>;
  end: number;
}

/** A quote opens outside a word, and closes before something that is not a word. */
function quotedAt(text: string, start: number, unclosed: Set<string>): Piece | undefined {
  const quote = text[start] ?? '';
  const closing = closingQuotes.get(quote);
  if (closing === undefined || unclosed.has(quote)) return undefined;
  for (let at = start + 1; at < text.length; at += text[at] === '\\' ? 2 : 1) {
    if (text[at] === closing && !letter.test(text[at + 1] ?? '')) {
      return { word: { kind: 'quoted', text: text.slice(start + 1, at), quote }, end: at + 1 };
    }
  }
  unclosed.add(quote);
  return undefined;
}

function plainAt(text: string, start: number): Piece {
  const word = matchAt(wordPattern, text, start);
  const found = word === '' ? matchAt(signPattern, text, start) : word;
  const isNumber = numberPattern.test(word);
  const kind = isNumber ? 'number' : 'word';
  return { word: { kind: word === '' ? 'sign' : kind, text: found }, end: start + found.length };
}

function matchAt(pattern: RegExp, text: string, at: number): string {
  pattern.lastIndex = at;
  return pattern.exec(text)?.[0] ?? '';
}

/** Reads words one by one. */
export class WordReader {
  readonly #words: readonly Word[];
  #at = 0;

  constructor(words: readonly Word[]) {
    this.#words = words;
  }

  /** The word at this distance; undefined at the end. */
  peek(ahead = 0): Word | undefined {
    return this.#words[this.#at + ahead];
  }

  get atEnd(): boolean {
    return this.#at >= this.#words.length;
  }

  /** Takes the next word. */
  next(): Word | undefined {
    const word = this.#words[this.#at];
    this.#at += 1;
    return word;
  }

  /**
   * Takes one of these phrases, if it is next, ignoring case. @returns whether it was.
   *
   * @param phrases of words separated by spaces; longer ones that start with others come first.
   */
  take(...phrases: readonly string[]): boolean {
    return phrases.some((phrase) => {
      const wanted = phrase.split(' ');
      const isNext = wanted.every((word, index) => this.#isWord(word, index));
      if (isNext) this.#at += wanted.length;
      return isNext;
    });
  }

  #isWord(wanted: string, ahead: number): boolean {
    const word = this.peek(ahead);
    if (word === undefined || word.kind === 'quoted') return false;
    return word.text.toLowerCase().replace('\u2019', "'") === wanted;
  }

  /** The current position, to return to. */
  get position(): number {
    return this.#at;
  }

  /** Returns to an earlier position. */
  backTo(position: number): void {
    this.#at = position;
  }
}
