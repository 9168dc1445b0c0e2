import type { RequestId } from '@modelcontextprotocol/sdk/types.js';
import { asId } from './messages.ts';

/**
 * A token of JSON: a string, a punctuation mark, or a number or word. Linear: it never backtracks.
 */
const tokenPattern = /\s*(?:("(?:[^"\\]|\\[\s\S])*")|([{}[\],:])|([^\s"{}[\],:]+))/y;

/** What the beginning of a message reveals. */
export interface Start {
  id: RequestId | undefined;
  /** Whether it has a result or an error. */
  isResponse: boolean;
}

/** Finds the members of a message of which only the beginning is known. */
export function readStart(text: string): Start {
  const start: Start = { id: undefined, isResponse: false };
  for (const { name, json } of membersIn(text)) {
    if (name === 'id' && json !== undefined) start.id = asId(parse(json));
    if (name === 'result' || name === 'error') start.isResponse = true;
  }
  return start;
}

/**
 * The members of the top-level object: the name as soon as it is complete, and once more with its
 * value if that is neither an object nor an array. A top-level array is a batch, and has none.
 */
function* membersIn(text: string): Generator<Member> {
  let depth = 0;
  let before = '';
  let name: unknown;
  for (const token of tokensOf(text)) {
    if (before === '' && token.mark !== '{') return;
    depth += depthChange(token.mark);
    if (depth === 0) return;
    if (depth === 1) {
      if (before !== ':' && token.string !== undefined) name = parse(token.string);
      else yield* membersAt(token, before, name);
    }
    before = token.mark ?? 'value';
  }
}

interface Member {
  name: unknown;
  json?: string;
}

interface Token {
  string?: string;
  mark?: string;
  word?: string;
}

function membersAt({ string, mark, word }: Token, before: string, name: unknown): Member[] {
  if (mark === ':') return [{ name }];
  return before === ':' ? [{ name, json: string ?? word }] : [];
}

function depthChange(mark: string | undefined): number {
  if (mark === '{' || mark === '[') return 1;
  return mark === '}' || mark === ']' ? -1 : 0;
}

/** The complete tokens. */
function* tokensOf(text: string): Generator<Token> {
  tokenPattern.lastIndex = 0;
  for (;;) {
    const found = tokenPattern.exec(text);
    if (!found) return;
    const end = tokenPattern.lastIndex;
    const [, string, mark, word] = found;
    // A word at the end may continue.
    if (word !== undefined && end === text.length) return;
    yield { string, mark, word };
    tokenPattern.lastIndex = end;
  }
}

function parse(json: string | undefined): unknown {
  try {
    return json === undefined ? undefined : JSON.parse(json);
  } catch {
    return undefined;
  }
}
