import type { Span } from './ast.ts';
import type { Findings, Fix } from './diagnostic.ts';
import { quote } from './strings.ts';
import { isJoint, type Token } from './tokens.ts';

/*
 * All pieces but strings, tried in this order where the last one ended. None can match in more than
 * one way or be retried at another length, so the time is linear.
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
  meaningless: /[^\p{L}_$\d\s'"`\u2018\u2019\u201c\u201d=<>!(){}[\],.:&|≥≤≠-]+/u,
} as const;
type Piece = keyof typeof patterns;
const pieceNames = Object.keys(patterns).filter((name): name is Piece =>
  Object.hasOwn(patterns, name),
);

/** One pattern of all pieces: a group for each, in the order of `pieceNames`. */
const anyPiece = new RegExp(pieceNames.map((name) => `(${patterns[name].source})`).join('|'), 'uy');

/** The quotes that open a string, with what closes it and with what is meant to, by mistake. */
const quotes: ReadonlyMap<string, { closing: string; alike: string }> = new Map([
  ["'", { closing: "'", alike: '\u2018\u2019' }],
  ['"', { closing: '"', alike: '\u201c\u201d' }],
  ['`', { closing: '`', alike: '\u00b4' }],
  ['\u2018', { closing: '\u2019', alike: "'" }],
  ['\u2019', { closing: '\u2019', alike: "'" }],
  ['\u201c', { closing: '\u201d', alike: '"' }],
  ['\u201d', { closing: '\u201d', alike: '"' }],
]);

/** What may follow a quote that ends a string. */
const afterString = /\s*(?:[),}]|$)|\s+(?:AND|OR)\b/iy;

/**
 * Cuts a query into tokens, the last of which is `end`; that may come before the end of the text,
 * where a quote was forgotten.
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

/** Whether a string begins with what ends in a bracket and ends with what begins one: then it is code. */
function isTurnedOut({ text }: Token): boolean {
  if (!text.includes(')')) return false;
  const opens = text.indexOf('(');
  return text.indexOf(')') < opens && text.lastIndexOf('(') > text.lastIndexOf(')');
}

/** What is before a forgotten quote: after it strings and code have changed places. */
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

/** Whether a string most likely goes on where it should have ended. */
function holdsCode(string: Token, after: Token | undefined): boolean {
  const isWord = after?.kind === 'name' && !isJoint(after) && after.text !== 'as';
  return holdsHalfBracket(string) || isWord || after?.kind === 'string' || after?.kind === 'number';
}

/** Whether a bracket in a text lacks its other half. */
export function holdsHalfBracket({ text }: Token): boolean {
  let open = 0;
  for (const character of text) {
    if (character === '(') open += 1;
    if (character === ')') open -= 1;
    if (open < 0) return true;
  }
  return open > 0;
}

/** What is no part of a query. */
interface Remark extends Span {
  kind: 'comment';
  text: string;
}

/** A token, or what stands between tokens. */
export type LexedPiece = Token | Remark;

/** Whether characters without a meaning say nothing: semicolons at the end, and what can't be seen. */
function isEmpty({ text }: LexedPiece, after: LexedPiece | undefined): boolean {
  return /^[\p{Default_Ignorable_Code_Point}\p{Cc}]+$/u.test(text) || (text === ';' && !after);
}

/** What may end a string other than its closing quote, if what follows can only come after a string. */
interface OtherEnds {
  /** A closing quote after a backslash, which ends the text instead of escaping the quote. */
  afterBackslash?: boolean;
  /** A quote that looks like the opening one. */
  alike?: boolean;
}

/** The readings of the ends of strings, in the order in which they are tried. */
const readings: readonly OtherEnds[] = [
  {},
  { afterBackslash: true },
  { alike: true },
  { alike: true, afterBackslash: true },
];

/**
 * All pieces of a query but the space between them.
 *
 * A quote that looks like the opening one does not close a string, as an apostrophe does not, and
 * one after a backslash belongs to the text; only where a string would have no end otherwise, or a
 * backslash would be code, they are taken for its end.
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

/** Whether strings and code have most likely changed places. */
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
    if (quotes.has(query[at] ?? '')) {
      const string = stringAt(query, at, otherEnds);
      pieces.push(string);
      at = string.end;
      continue;
    }
    const { piece, text } = pieceAt(query, at);
    const start = at;
    at += text.length;
    if (piece !== 'space') pieces.push({ kind: kindOf(piece), text, start, end: at });
  }
  return pieces;
}

/** A date in a form of some country is read as one, so that it can be asked which date is meant. */
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

/** A string ends at its closing quote, unless a backslash is before it. */
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
    // What goes on after a forgotten quote is code; only of plain words it is sure where they end.
    const isPlain = /^[\p{L}\p{N}_ @.-]*[\p{L}\p{N}_]$/u.test(text);
    findings.error('unterminated-string', piece, `This string has no closing ${missing}.`, {
      help: `Put a ${missing} where the string ends.`,
      fix: isPlain ? fix : undefined,
    });
  } else if (opening === '"' && closing === '"') {
    findings.warn('double-quotes', piece, 'The reference writes strings in single quotes.', {
      help: 'Use single quotes.',
      fix,
    });
  } else if (opening === '`' && closing === '`') {
    findings.error('backquotes', piece, 'A string needs straight quotes, not backticks.', {
      help: `Did you mean ${straight}?`,
      fix,
    });
  } else if (!isStraight) reportCurlyQuotes(opening, closing, piece, fix, findings);
  if (text.replace(/\\[.\\']/g, '').includes('\\')) {
    findings.warn(
      'unsettled-escape',
      piece,
      'The reference knows only one escape, that of a dot.',
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
    ? `This string begins with ${opening} and ends with ${closing}.`
    : 'A string needs straight quotes, not curly ones.';
  findings.error('curly-quotes', piece, message, {
    help: `Did you mean ${fix.text}?`,
    fix: isMixed && holdsQuote(piece.text) ? undefined : fix,
  });
}

/** Whether a quote is in a text that is no apostrophe: of mixed ends, it may be one. */
function holdsQuote(text: string): boolean {
  return /(?<!\p{L})['"`‘’“”]|['"`‘’“”](?!\p{L})/u.test(text);
}

function reportComment(piece: Remark, findings: Findings): void {
  // What holds brackets, quotes or commas may be a part of the definition.
  const isRemark = !/[()[\]{}'"`“”‘’,]/.test(piece.text);
  findings.warn('comment', piece, 'The reference does not say whether comments are allowed.', {
    help: 'Leave it out; a description of the audience is the place for remarks.',
    fix: isRemark ? { start: piece.start, end: piece.end, text: '' } : undefined,
  });
}

function reportMeaningless(piece: Span & { text: string }, findings: Findings): void {
  const message = `${JSON.stringify(piece.text)} has no meaning in a query.`;
  findings.error('unknown-character', piece, message, {
    help: 'Remove it, or put it into a string if it belongs to a name or a value.',
    fix: { start: piece.start, end: piece.end, text: '' },
  });
}
