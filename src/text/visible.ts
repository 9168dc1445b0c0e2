/*
 * Names, descriptions and definitions are written by others. Invisible characters in them can
 * move a cursor, reverse a line or hide a sentence; here they are made visible.
 *
 * These are control characters (including those of terminals), bidirectional overrides, zero-width
 * characters and everything else that Unicode calls default ignorable, line separators, and
 * unpaired surrogates. The variation selector of emoji is harmless and stays.
 */
const unseen =
  /(?!\ufe0f)[\p{Cc}\p{Cs}\p{Default_Ignorable_Code_Point}\u2028\u2029\ufff9-\ufffb]/gu;

/** A string without any of these has nothing to replace. */
const beyondAscii = /[^ -~]/;

/**
 * The replacement is done in pieces of this size: each replacement costs memory until all are made.
 */
const maxPieceChars = 1024;

/** A longer quote would drown the sentence around it. */
const maxQuoteChars = 200;

/** The text on one line, with every invisible character written as `\u….`. */
export function visible(text: string): string {
  if (!beyondAscii.test(text)) return text;
  if (text.length <= maxPieceChars) return text.replace(unseen, escaped);
  const pieces: string[] = [];
  for (let from = 0; from < text.length; ) {
    const to = endOfPiece(text, from + maxPieceChars);
    const piece = text.slice(from, to);
    pieces.push(beyondAscii.test(piece) ? piece.replace(unseen, escaped) : piece);
    from = to;
  }
  return pieces.join('');
}

/** The position itself, or the next one if it is in the middle of a surrogate pair. */
function endOfPiece(text: string, place: number): number {
  return (text.codePointAt(place - 1) ?? 0) > 0xffff ? place + 1 : place;
}

/** The same for a string whose line breaks are our own. */
export function visibleLines(text: string): string {
  return text.split('\n').map(visible).join('\n');
}

/*
 * What a client that renders plain text as Markdown would interpret: code, emphasis, strikethrough;
 * an underscore outside a word; the start of a tag, an autolink or an entity; what joins the halves
 * of a link or an image; and what turns an address into a link (CommonMark 0.31, GFM 0.29): the
 * second of two slashes, the @ of a mailbox, the dot before what most programs recognize as the end
 * of a host name, even without a scheme (the list of linkify-it 5, which markdown-it uses).
 */
const markup =
  /[`*~]|(?<![\p{L}\p{N}])_|_(?![\p{L}\p{N}])|<(?=[A-Za-z/!?])|&(?=[#A-Za-z])|(?<=\])[([]|(?<=\/)\/|(?<=www)\.|(?<=[^\s.])\.(?=(?:[a-z]{2}|biz|com|edu|gov|net|org|pro|web|xxx|aero|asia|coop|info|museum|name|shop|рф|xn--[a-z\d-]+)(?![\p{L}\p{N}]))|(?<=[\w.+-])@(?=[\w-])/giu;

/**
 * A stranger's text for use within a sentence: on one line, in double quotes, and cut if it is
 * long.
 */
export function quoted(text: string, maxChars = maxQuoteChars): string {
  const start = JSON.stringify(text.slice(0, maxChars));
  return visible(start) + markOf(text, maxChars);
}

/**
 * The same for text that a client may render as Markdown although it is plain: a quote within is
 * written as `\u0022`, because `\"` would end the quotes there, and so is markup.
 */
export function quotedPlainly(text: string, maxChars = maxQuoteChars): string {
  const start = JSON.stringify(text.slice(0, maxChars)).slice(1, -1);
  // Backslashes come in pairs, so that one before a quote always belongs to it.
  const plain = start.replace(/\\[\s\S]/g, (pair) => (pair === '\\"' ? '\\u0022' : pair));
  return `"${visible(plain.replace(markup, escaped))}"${markOf(text, maxChars)}`;
}

/** The beginning of a string, with a mark where something was cut off. */
export function cut(text: string, maxChars: number): string {
  if (text.length <= maxChars) return text;
  return text.slice(0, maxChars).toWellFormed() + markOf(text, maxChars);
}

/** The first of some texts, and how many more there are. */
export function someOf(texts: readonly string[], maxCount: number): string {
  const shown = texts.slice(0, maxCount).join(', ');
  const more = texts.length - maxCount;
  return more > 0 ? `${shown} and ${more} more` : shown;
}

/** Whether a string ends in the mark that `cut` leaves, so that it must not be written back. */
export function endsInMark(text: string): boolean {
  return /…\[cut, \d+ characters in all\]\s*$/u.test(text);
}

function markOf(text: string, maxChars: number): string {
  return text.length > maxChars ? `…[cut, ${text.length} characters in all]` : '';
}

/** A value as compact JSON without invisible characters; parsing it gives the very same value. */
export function visibleJson(value: unknown): string {
  return visible(JSON.stringify(value));
}

function escaped(character: string): string {
  return character
    .split('')
    .map((unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`)
    .join('');
}
