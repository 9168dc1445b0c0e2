import type { Span } from './ast.ts';
import type { Findings } from './diagnostic.ts';

/** The smallest pieces of a query. `text` is the piece as written, a string's without its quotes. */
export interface Token extends Span {
  kind: 'name' | 'string' | 'number' | 'date' | 'timestamp' | 'symbol' | 'end';
  text: string;
}

/*
 * All pieces but strings, tried in this order where the last one ended. None can match in more than
 * one way or be retried at another length, so the time is linear.
 */
const pieces = {
  space: /\s+/,
  comment: /--[^\n]*|\/\/[^\n]*|#[^\n]*|\/\*[\s\S]*?(?:\*\/|$)/,
  timestamp: /\d{4}-\d{2}-\d{2}T[\d:.]+(?:Z|[+-]\d{2}:?\d{2})?/,
  date: /\d{4}-\d{2}-\d{2}(?!\d)/,
  number: /\d+(?:\.\d+)?/,
  name: /[\p{L}_$][\p{L}\p{N}_]*/u,
  symbol: /=>|=<|<>|>=|<=|!==|!=|===|==|&&|\|\||[=<>!(){},.:&|≥≤≠-]/,
  meaningless: /[^\p{L}_$\d\s'"\u2018\u2019\u201c\u201d=<>!(){},.:&|≥≤≠-]+/u,
} as const;
type Piece = keyof typeof pieces;
const pieceNames = Object.keys(pieces).filter((name): name is Piece => Object.hasOwn(pieces, name));

/** One pattern of all pieces: a group for each, in the order of `pieceNames`. */
const anyPiece = new RegExp(pieceNames.map((name) => `(${pieces[name].source})`).join('|'), 'uy');

/** What closes a string that was opened by a straight or a curly quote. */
const closingQuotes: ReadonlyMap<string, string> = new Map([
  ["'", "'"],
  ['"', '"'],
  ['\u2018', '\u2019'],
  ['\u2019', '\u2019'],
  ['\u201c', '\u201d'],
  ['\u201d', '\u201d'],
]);

/** Cuts a query into tokens, the last of which is `end`. */
export function lex(query: string, findings: Findings): Token[] {
  const tokens: Token[] = [];
  let at = 0;
  while (at < query.length) {
    if (closingQuotes.has(query[at] ?? '')) {
      const token = lexString(query, at, findings);
      tokens.push(token);
      at = token.end;
      continue;
    }
    const { piece, text } = pieceAt(query, at);
    const span = { start: at, end: at + text.length };
    at = span.end;
    switch (piece) {
      case 'space':
        break;
      case 'comment':
        findings.warn('comment', span, 'The reference does not say whether comments are allowed.', {
          help: 'Leave it out; a description of the audience is the place for remarks.',
          fix: { ...span, text: '' },
        });
        break;
      case 'meaningless':
        findings.error(
          'unknown-character',
          span,
          `${JSON.stringify(text)} has no meaning in a query.`,
          {
            help: 'Remove it, or put it into a string if it belongs to a name or a value.',
            fix: { ...span, text: '' },
          },
        );
        break;
      default:
        tokens.push({ kind: piece, text, ...span });
    }
  }
  tokens.push({ kind: 'end', text: '', start: query.length, end: query.length });
  return tokens;
}

function pieceAt(query: string, at: number): { piece: Piece; text: string } {
  anyPiece.lastIndex = at;
  const match = anyPiece.exec(query);
  const group = match ? match.findIndex((text, index) => index > 0 && text !== undefined) : 0;
  const piece = pieceNames[group - 1] ?? 'meaningless';
  return { piece, text: match?.[0] ?? query.charAt(at) };
}

/** A string ends at its closing quote, unless a backslash stands before that. */
function lexString(query: string, start: number, findings: Findings): Token {
  const opening = query[start] ?? '';
  const closing = closingQuotes.get(opening) ?? opening;
  let at = start + 1;
  while (at < query.length && query[at] !== closing) at += query[at] === '\\' ? 2 : 1;
  const closed = at < query.length;
  const contentEnd = Math.min(at, query.length);
  const end = closed ? at + 1 : contentEnd;
  const text = query.slice(start + 1, contentEnd);
  const span = { start, end };

  if (!closed) {
    // What goes on after a forgotten quote is code; only of plain words it is sure where they end.
    const isPlain = /^[\p{L}\p{N}_ @.-]+$/u.test(text);
    findings.error('unterminated-string', span, `This string has no closing ${closing}.`, {
      help: `Put a ${closing} where the string ends.`,
      fix: isPlain ? { ...span, text: straightened(text) } : undefined,
    });
  } else if (opening === '"') {
    findings.warn('double-quotes', span, 'The reference writes strings in single quotes.', {
      help: 'Use single quotes.',
      fix: { ...span, text: straightened(text) },
    });
  } else if (opening !== "'") {
    const straight = straightened(text);
    findings.error('curly-quotes', span, 'A string needs straight quotes, not curly ones.', {
      help: `Did you mean ${straight}?`,
      fix: { ...span, text: straight },
    });
  }
  if (/\\(?![.\\'])/.test(text)) {
    findings.warn('unsettled-escape', span, 'The reference knows only one escape, that of a dot.', {
      help: 'Write the character itself instead of escaping it.',
    });
  }
  return { kind: 'string', text, ...span };
}

/** A string in straight single quotes; backslashes at its end would escape the closing one. */
function straightened(text: string): string {
  let end = text.length;
  while (text[end - 1] === '\\') end -= 1;
  return `'${text.slice(0, end).replace(/(?<!\\)'/g, "\\'")}'`;
}
