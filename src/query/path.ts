import type { FunctionCall, Literal, Span } from './ast.ts';
import { contextExtractor, extractorOfBareWord } from './catalog.ts';
import { pathRoots } from './equivalents.ts';
import { quote } from './strings.ts';
import type { TokenStream } from './token-stream.ts';
import { isSymbol, keywordOf } from './tokens.ts';

/*
 * Paths to values, as in other languages: `traits.plan`, `event.properties.total`,
 * `traits['plan']`.
 */

/** Names joined by dots, none of them called. */
export interface Path {
  /** The tokens to take. */
  words: number;
  /** What its first names say about the place of the value; undefined if nothing. */
  root: 'profile' | 'item' | 'setting' | undefined;
  /** The name of the value, with its dots. */
  name: string;
}

/** The path that is next; undefined for a single name or a call. */
export function recognizePath(tokens: TokenStream): Path | undefined {
  if (tokens.token.kind !== 'name' || keywordOf(tokens.token)) return undefined;
  const names = [tokens.token.text];
  while (isSymbol(tokens.peek(2 * names.length - 1), '.') && namesValue(tokens, 2 * names.length)) {
    names.push(tokens.peek(2 * names.length).text);
  }
  const words = 2 * names.length - 1;
  const subscript = tokens.peek(words + 1);
  const isSubscript =
    isSymbol(tokens.peek(words), '[') &&
    subscript.kind === 'string' &&
    isSymbol(tokens.peek(words + 2), ']') &&
    // The brackets contain the name of an event.
    !/^event$/i.test(names.join('.'));
  const rooted = rootOf(isSubscript ? [...names, subscript.text] : names);
  if (isSubscript) return rooted && { words: words + 3, ...rooted };
  if (names.length === 1) return undefined;
  return { words, ...(rooted ?? { root: undefined, name: names.join('.') }) };
}

/** Whether a name that is not called is at this distance. */
function namesValue(tokens: TokenStream, ahead: number): boolean {
  return tokens.peek(ahead).kind === 'name' && !isSymbol(tokens.peek(ahead + 1), '(');
}

/** The root that the first one or two names form, and the remaining name. */
function rootOf(names: readonly string[]): Pick<Path, 'root' | 'name'> | undefined {
  for (const count of [2, 1]) {
    const root = names.slice(0, count).join('.').toLowerCase();
    const name = names.slice(count).join('.');
    if (name === '' || names.length <= count) continue;
    for (const kind of ['profile', 'setting', 'item'] as const) {
      if (pathRoots[kind].has(root)) return { root: kind, name };
    }
  }
  return undefined;
}

/** Reads `traits.plan` as trait('plan'). */
export function readPath(tokens: TokenStream, path: Path, isInside: boolean): FunctionCall {
  const extractor = extractorOfPath(path);
  const isInPlace = path.root === 'profile' || isInside;
  const span = tokens.take(path.words);
  const text = `${extractor}(${quote(path.name)})`;
  tokens.error('path', span, 'Read values with functions, not with paths.', {
    help: isInPlace ? `Did you mean ${text}?` : `${text} works only inside a where or a reducer.`,
    fix: isInPlace ? { ...span, text } : undefined,
  });
  return readNameAs(tokens, extractor, path.name, span);
}

function extractorOfPath({ root }: Path): string {
  if (root === 'setting') return contextExtractor;
  return extractorOfBareWord[root === 'item' ? 'inside' : 'outside'];
}

/** The call that stands for a name. @param span where the name is. */
export function readNameAs(
  tokens: TokenStream,
  extractor: string,
  text: string,
  span: Span,
): FunctionCall {
  const name: Literal = { kind: 'literal', type: 'string', text, ...span };
  return tokens.node({ name: extractor, nameSpan: span, args: [name], ...span });
}
