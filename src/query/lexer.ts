import type { Span } from './ast.ts';
import type { Findings, Fix } from './diagnostic.ts';
import { quote } from './strings.ts';
import { isConjunction, type Token } from './tokens.ts';

/*
 * All pieces except strings, tried in this order. None can match in more than one way or be retried
 * at another length, so the time is linear.
 */
const patterns = {
  space: /\s+/,
  comment: /--[^\n]*|\/\/[^\n]*|#[^\n]*|\/\*[\s\S]*?(?:\*\/|$)/,
  timestamp: /\d{4}-?\d{2}-?\d{2}[Tt]\d[\d:.]*(?:,\d+(?=[Zz+-]))?(?:[Zz]|[+-]\d{2}(?::?\d{2})?)?/,
  date: /\d{4}-\d{2}-\d{2}(?!\d)/,
  otherDate: /(?:\d{4}[-/.]\d{1,2}[-/.]\d{1,2}|\d{1,2}[-/.]\d{1,2}[-/.](?:\d{4}|\d{2}))(?![\d.])/,
  number: /\+?(?:\d+(?:\.\d+)?|\.\d+)(?:[eE][+-]?\d+(?![\p{L}_]))?/u,
  name: /[\p{L}_$][\p{L}\p{N}_]*/u,
  symbol: /=>|=<|<>|!>=|!<=|!>|!<|>=|<=|!==|!=|===|==|&&|\|\||[=<>!(){}[\],.:&|≥≤≠-]/,
  meaningless: /[^\p{L}_$\d\s'"`\u2018\u2019\u201a\u201c\u201d\u201e\u00ab=<>!(){}[\],.:&|≥≤≠-]+/u,
} as const;
type Piece = keyof typeof patterns;
const pieceNames = Object.keys(patterns).filter((name): name is Piece =>
  Object.hasOwn(patterns, name),
);

/** One pattern for all pieces, with a group for each in the order of `pieceNames`. */
const anyPiece = new RegExp(pieceNames.map((name) => `(${patterns[name].source})`).join('|'), 'uy');

/** The quotes that open a string, with the quote that closes it and those mistaken for it. */
const quotes: ReadonlyMap<string, { closing: string; alike: string }> = new Map([
  ["'", { closing: "'", alike: '\u2018\u2019' }],
  ['"', { closing: '"', alike: '\u201c\u201d' }],
  ['`', { closing: '`', alike: '\u00b4' }],
  ['\u2018', { closing: '\u2019', alike: "'" }],
  ['\u2019', { closing: '\u2019', alike: "'" }],
  ['\u201c', { closing: '\u201d', alike: '"' }],
  ['\u201d', { closing: '\u201d', alike: '"' }],
  ['\u201e', { closing: '\u201c', alike: '\u201d"' }],
  ['\u201a', { closing: '\u2018', alike: "\u2019'" }],
  ['\u00ab', { closing: '\u00bb', alike: '' }],
]);

/** What may follow a closing quote. */
const afterString = /\s*(?:[),}]|$)|\s+(?:AND|OR)\b/iy;

/**
 * Splits a query into tokens, the last of which is `end`; if a quote is missing, it may come before
 * the end of the text.
 */
export function lex(query: string, findings: Findings): Token[] {
  const tokens: Token[] = [];
  const pieces = piecesOf(query);
  for (const [index, piece] of pieces.entries()) {
    if (piece.kind === 'comment') reportComment(piece, findings);
    else if (piece.kind === 'unknown' && isEmpty(piece, pieces[index + 1])) {
      reportMeaningless(piece, findings);
    } else tokens.push(piece);
    if (piece.kind === 'string') {
      if (isTurnedOut(piece)) findings.withholdFixes();
      reportString(query, piece, findings);
    }
  }
  tokens.push({ kind: 'end', text: '', start: query.length, end: query.length });
  return trusted(tokens, findings);
}

/**
 * Whether a string starts with a closing part of code and ends with an opening one: then it is
 * code.
 */
function isTurnedOut({ text }: Token): boolean {
  if (!text.includes(')')) return false;
  const opens = text.indexOf('(');
  return text.indexOf(')') < opens && text.lastIndexOf('(') > text.lastIndexOf(')');
}

/** The tokens before a missing quote: after it, strings and code are swapped. */
function trusted(tokens: Token[], findings: Findings): Token[] {
  if (!tokens.at(-2)?.isOpen) return tokens;
  const cutAt = tokens.findIndex((token, index) => {
    return token.kind === 'string' && (token.isOpen || holdsCode(token, tokens[index + 1]));
  });
  const before = tokens.slice(0, cutAt);
  const at = before.at(-1)?.end ?? 0;
  findings.distrustFrom(at);
  return [...before, { kind: 'end', text: '', isOpen: true, start: at, end: at }];
}

/** Whether a string most likely continues past where it should have ended. */
function holdsCode(string: Token, after: Token | undefined): boolean {
  const isWord = after?.kind === 'name' && !isConjunction(after) && after.text !== 'as';
  return holdsHalfBracket(string) || isWord || after?.kind === 'string' || after?.kind === 'number';
}

/** Whether a text has an unmatched bracket. */
export function holdsHalfBracket({ text }: Token): boolean {
  let open = 0;
  for (const character of text) {
    if (character === '(') open += 1;
    if (character === ')') open -= 1;
    if (open < 0) return true;
  }
  return open > 0;
}

/** A comment, which is not part of the query. */
interface Remark extends Span {
  kind: 'comment';
  text: string;
}

/** A token or a comment. */
export type LexedPiece = Token | Remark;

/**
 * Whether meaningless characters can be dropped: a semicolon at the end, and invisible characters.
 */
function isEmpty({ text }: LexedPiece, after: LexedPiece | undefined): boolean {
  return /^[\p{Default_Ignorable_Code_Point}\p{Cc}]+$/u.test(text) || (text === ';' && !after);
}

/** What else may end a string, if what follows can only come after a string. */
interface OtherEnds {
  /** A closing quote after a backslash that is part of the text instead of an escape. */
  afterBackslash?: boolean;
  /** A quote that looks like the opening one. */
  alike?: boolean;
}

/** The ways to read the ends of strings, in the order of preference. */
const readings: readonly OtherEnds[] = [
  {},
  { afterBackslash: true },
  { alike: true },
  { alike: true, afterBackslash: true },
];

/**
 * All pieces of a query except the whitespace between them.
 *
 * Like an apostrophe, a look-alike of the opening quote does not close a string, and a quote after
 * a backslash is part of the text. They count as the end only if the string would not end
 * otherwise, or if a backslash would be code.
 */
export function piecesOf(query: string): LexedPiece[] {
  let first: LexedPiece[] | undefined;
  for (const otherEnds of readings) {
    const pieces = cut(query, otherEnds);
    if (!isTorn(pieces)) return pieces;
    first ??= pieces;
  }
  return first ?? [];
}

/** Whether strings and code are most likely swapped. */
function isTorn(pieces: readonly LexedPiece[]): boolean {
  const last = pieces.at(-1);
  if (last?.kind === 'string' && last.isOpen === true) return true;
  return pieces.some(
    ({ kind, text }) => kind !== 'string' && kind !== 'comment' && text.includes('\\'),
  );
}

function cut(query: string, otherEnds: OtherEnds): LexedPiece[] {
  const pieces: LexedPiece[] = [];
  let at = 0;
  while (at < query.length) {
    const character = query[at] ?? '';
    if (character === ' ') {
      at += 1;
      continue;
    }
    const clear = quotes.has(character)
      ? stringAt(query, at, otherEnds)
      : clearPieceAt(query, at, character);
    if (clear) {
      pieces.push(clear);
      at = clear.end;
      continue;
    }
    const start = at;
    const { piece, text } = pieceAt(query, at);
    at += text.length;
    if (piece !== 'space') pieces.push({ kind: kindOf(piece), text, start, end: at });
  }
  return pieces;
}

/** Symbols that are never the start of a longer piece; a dot is, before a digit. */
const singleSymbols: ReadonlySet<string> = new Set('(){}[],:.');

/** A piece whose first character shows what it is, as for most pieces: no pattern is needed. */
function clearPieceAt(query: string, start: number, first: string): Token | undefined {
  if (singleSymbols.has(first)) {
    const end = start + 1;
    const isNumber = first === '.' && isDigit(query.charCodeAt(end));
    return isNumber ? undefined : { kind: 'symbol', text: first, start, end };
  }
  if (!isAsciiLetter(query.charCodeAt(start))) return undefined;
  let end = start + 1;
  while (isAsciiWord(query.charCodeAt(end))) end += 1;
  // A letter of another alphabet may continue the name.
  if (query.charCodeAt(end) > 127) return undefined;
  return { kind: 'name', text: query.slice(start, end), start, end };
}

function isDigit(code: number): boolean {
  return code >= 48 && code <= 57;
}

function isAsciiLetter(code: number): boolean {
  return (code >= 97 && code <= 122) || (code >= 65 && code <= 90);
}

function isAsciiWord(code: number): boolean {
  return isAsciiLetter(code) || isDigit(code) || code === 95;
}

/** A date in a national format is read as a date, so that the help can ask which one it is. */
function kindOf(piece: Exclude<Piece, 'space'>): Exclude<LexedPiece['kind'], 'string' | 'end'> {
  if (piece === 'otherDate') return 'date';
  return piece === 'meaningless' ? 'unknown' : piece;
}

function pieceAt(query: string, at: number): { piece: Piece; text: string } {
  anyPiece.lastIndex = at;
  const match = anyPiece.exec(query);
  const group = match ? match.findIndex((text, index) => index > 0 && text !== undefined) : 0;
  const piece = pieceNames[group - 1] ?? 'meaningless';
  return { piece, text: match?.[0] ?? query.charAt(at) };
}

/** A string ends at its closing quote, unless a backslash precedes it. */
function stringAt(query: string, start: number, otherEnds: OtherEnds): Token {
  const { closing, alike } = quotes.get(query[start] ?? '') ?? { closing: '', alike: '' };
  let at = start + 1;
  while (at < query.length) {
    const character = query[at] ?? '';
    if (character === closing) break;
    if (otherEnds.alike && alike.includes(character) && endsBefore(query, at + 1)) break;
    const isEscape = character === '\\';
    const mayEnd = isEscape && otherEnds.afterBackslash && query[at + 1] === closing;
    at += isEscape && !(mayEnd && endsBefore(query, at + 2)) ? 2 : 1;
  }
  if (at >= query.length) {
    const end = query.length;
    return { kind: 'string', text: query.slice(start + 1), start, end, isOpen: true };
  }
  return { kind: 'string', text: query.slice(start + 1, at), start, end: at + 1 };
}

function endsBefore(query: string, at: number): boolean {
  afterString.lastIndex = at;
  return afterString.test(query);
}

function reportString(query: string, piece: Token, findings: Findings): void {
  const { text, start, end, isOpen = false } = piece;
  const [opening = '', closing = ''] = [query[start], query[end - 1]];
  const isStraight = opening === "'" && closing === "'";
  if (isStraight && !isOpen && !text.includes('\\')) return;
  const straight = quote(text);
  const fix = { start, end, text: straight };
  if (isOpen) {
    const missing = quotes.get(opening)?.closing;
    // Code follows a missing quote; only plain words certainly end there.
    const isPlain = /^[\p{L}\p{N}_ @.-]*[\p{L}\p{N}_]$/u.test(text);
    findings.error('unterminated-string', piece, `This string has no closing ${missing}.`, {
      help: `Add ${missing} where the string ends.`,
      fix: isPlain ? fix : undefined,
    });
  } else if (opening === '"' && closing === '"') {
    findings.warn('double-quotes', piece, "Segment's reference uses single quotes for strings.", {
      help: 'Use single quotes.',
      fix,
    });
  } else if (opening === '`' && closing === '`') {
    findings.error('backquotes', piece, 'Strings need straight quotes, not backticks.', {
      help: `Did you mean ${straight}?`,
      fix,
    });
  } else if (!isStraight) reportCurlyQuotes(opening, closing, piece, fix, findings);
  if (text.replace(/\\[.\\']/g, '').includes('\\')) {
    findings.warn(
      'unsettled-escape',
      piece,
      "Segment's reference mentions only one escape, the one for a dot.",
      {
        help: 'Write the character itself instead of escaping it.',
      },
    );
  }
}

function reportCurlyQuotes(
  opening: string,
  closing: string,
  piece: Token,
  fix: Fix,
  findings: Findings,
): void {
  const isMixed = quotes.get(opening)?.closing !== closing;
  const message = isMixed
    ? `This string starts with ${opening} and ends with ${closing}.`
    : 'Strings need straight quotes, not curly ones.';
  findings.error('curly-quotes', piece, message, {
    help: `Did you mean ${fix.text}?`,
    fix: isMixed && holdsQuote(piece.text) ? undefined : fix,
  });
}

/**
 * Whether a text has a quote that is not an apostrophe: with mixed ends, it may be the real end.
 */
function holdsQuote(text: string): boolean {
  return /(?<!\p{L})['"`‘’“”]|['"`‘’“”](?!\p{L})/u.test(text);
}

function reportComment(piece: Remark, findings: Findings): void {
  // Text with brackets, quotes or commas may be part of the definition.
  const isRemark = !/[()[\]{}'"`“”‘’,]/.test(piece.text);
  findings.warn('comment', piece, "Segment's reference doesn't say whether comments are allowed.", {
    help: "Remove it, and put remarks in the audience's description.",
    fix: isRemark ? { start: piece.start, end: piece.end, text: '' } : undefined,
  });
}

function reportMeaningless(piece: Span & { text: string }, findings: Findings): void {
  const message = `${JSON.stringify(piece.text)} has no meaning in a query.`;
  findings.error('unknown-character', piece, message, {
    help: 'Remove it, or put it in quotes if it belongs to a name or a value.',
    fix: { start: piece.start, end: piece.end, text: '' },
  });
}
