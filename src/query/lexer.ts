import type { Span } from './ast.ts';
import type { Findings } from './diagnostic.ts';

/** The smallest pieces of a query. `text` is the piece as written, a string's without its quotes. */
export interface Token extends Span {
  kind: 'name' | 'string' | 'number' | 'date' | 'timestamp' | 'symbol' | 'end';
  text: string;
}

/*
 * Each pattern is tried where the last piece ended. None can match in more than one way or be
 * retried at another length, so the time is linear.
 */
const space = /\s+/y;
const comment = /--[^\n]*|\/\/[^\n]*|#[^\n]*|\/\*[\s\S]*?(?:\*\/|$)/y;
const timestamp = /\d{4}-\d{2}-\d{2}T[\d:.]+(?:Z|[+-]\d{2}:?\d{2})?/y;
const date = /\d{4}-\d{2}-\d{2}(?!\d)/y;
const number = /\d+(?:\.\d+)?/y;
const name = /[\p{L}_$][\p{L}\p{N}_]*/uy;
const symbol = /=>|=<|<>|>=|<=|!==|!=|===|==|&&|\|\||[=<>!(){},.:&|≥≤≠-]/y;
const meaningless = /[^\p{L}_$\d\s'"\u2018\u2019\u201c\u201d=<>!(){},.:&|≥≤≠-]+/uy;

const closingQuotes: Readonly<Record<string, string>> = {
  "'": "'",
  '"': '"',
  '\u2018': '\u2019',
  '\u2019': '\u2019',
  '\u201c': '\u201d',
  '\u201d': '\u201d',
};

/** Cuts a query into tokens, the last of which is `end`. */
export function lex(query: string, findings: Findings): Token[] {
  const tokens: Token[] = [];
  let at = 0;
  const take = (pattern: RegExp): string | undefined => {
    pattern.lastIndex = at;
    return pattern.exec(query)?.[0];
  };

  while (at < query.length) {
    const start = at;
    const blank = take(space);
    if (blank !== undefined) {
      at += blank.length;
      continue;
    }
    const remark = take(comment);
    if (remark !== undefined) {
      at += remark.length;
      const span = { start, end: at };
      findings.warn('comment', span, 'The reference does not say whether comments are allowed.', {
        help: 'Leave it out; a description of the audience is the place for remarks.',
        fix: { ...span, text: '' },
      });
      continue;
    }
    const opening = query[at] ?? '';
    if (Object.hasOwn(closingQuotes, opening)) {
      const token = lexString(query, at, findings);
      tokens.push(token);
      at = token.end;
      continue;
    }
    const found = firstOf(take);
    if (found) {
      at += found.text.length;
      tokens.push({ ...found, start, end: at });
      continue;
    }
    at += take(meaningless)?.length ?? 1;
    const span = { start, end: at };
    const characters = JSON.stringify(query.slice(start, at));
    findings.error('unknown-character', span, `${characters} has no meaning in a query.`, {
      help: 'Remove it, or put it into a string if it belongs to a name or a value.',
      fix: { ...span, text: '' },
    });
  }
  tokens.push({ kind: 'end', text: '', start: query.length, end: query.length });
  return tokens;
}

function firstOf(take: (pattern: RegExp) => string | undefined) {
  const kinds = [
    ['timestamp', timestamp],
    ['date', date],
    ['number', number],
    ['name', name],
    ['symbol', symbol],
  ] as const;
  for (const [kind, pattern] of kinds) {
    const text = take(pattern);
    if (text !== undefined) return { kind, text };
  }
  return undefined;
}

/** A string ends at its closing quote, unless a backslash stands before that. */
function lexString(query: string, start: number, findings: Findings): Token {
  const opening = query[start] ?? '';
  const closing = closingQuotes[opening] ?? opening;
  let at = start + 1;
  while (at < query.length && query[at] !== closing) at += query[at] === '\\' ? 2 : 1;
  const closed = at < query.length;
  const contentEnd = Math.min(at, query.length);
  const end = closed ? at + 1 : contentEnd;
  const text = query.slice(start + 1, contentEnd);
  const span = { start, end };
  const straight = `'${text.replace(/\\+$/, '').replace(/(?<!\\)'/g, "\\'")}'`;

  if (!closed) {
    // What goes on after a forgotten quote is code; only of plain words it is sure where they end.
    const isPlain = /^[\p{L}\p{N}_ @.-]+$/u.test(text);
    findings.error('unterminated-string', span, `This string has no closing ${closing}.`, {
      help: `Put a ${closing} where the string ends.`,
      fix: isPlain ? { ...span, text: straight } : undefined,
    });
  } else if (opening === '"') {
    findings.warn('double-quotes', span, 'The reference writes strings in single quotes.', {
      help: 'Use single quotes.',
      fix: { ...span, text: straight },
    });
  } else if (opening !== "'") {
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
