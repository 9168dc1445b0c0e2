import type { Argument, Exclusion, Literal } from './ast.ts';
import { isFilter } from './catalog.ts';
import type { ParameterKind } from './language-function.ts';
import { atBareWord, atLiteral, atParenthesizedValue } from './lookahead.ts';
import type { Parsing } from './parsing.ts';
import { readObject } from './punctuation.ts';
import { readBareText } from './read-values.ts';
import { isSymbol, spanOf } from './tokens.ts';

/*
 * Reads what is in braces: conditions in a `where`, and excluded sources.
 */

export function readInBraces(
  parsing: Parsing,
  kind: ParameterKind | undefined,
  name: string,
): Argument {
  const { tokens } = parsing;
  const key = tokens.peek();
  const hasKey = isSymbol(tokens.peek(2), ':') && (key.kind === 'name' || key.kind === 'string');
  if (kind === 'exclusion') return hasKey ? readExclusion(parsing) : readObject(tokens);
  const filter = kind === 'definition' && isFilter(name) ? name : undefined;
  if (hasKey) return readObject(tokens, filter);
  if (kind === 'definition') return readConditionsInBraces(parsing, name);
  return atLiteral(tokens, 1) ? readObject(tokens) : parsing.group('}');
}

/**
 * `{a, b}` in a `where`: each condition gets its own `where`, which means that all must be true.
 */
function readConditionsInBraces(parsing: Parsing, name: string): Argument {
  const { tokens } = parsing;
  const open = tokens.token;
  if (!tokens.hasCommaInside()) return parsing.group('}');
  tokens.next();
  if (!tokens.descend()) return tokens.missing(open.start);
  const texts: string[] = [];
  do {
    const { start } = tokens.token;
    parsing.or();
    texts.push(tokens.textOf({ start, end: tokens.lastEnd }));
  } while (isSymbol(tokens.token, ',') && tokens.next());
  tokens.ascend();
  tokens.close(open, '}');
  const span = tokens.spanFrom(open.start);
  const text = texts.join(`).${name}(`);
  tokens.error('several-conditions', span, `${name} takes one condition.`, {
    help: `Join them with AND, or write .${name}(${text}).`,
    fix: { ...span, text },
  });
  return tokens.missing(open.start);
}

/** exclusion = "{" "exclude" ":" literal { "," literal } "}" ; */
function readExclusion(parsing: Parsing): Exclusion {
  const { tokens } = parsing;
  const open = tokens.next();
  const word = tokens.next();
  tokens.next();
  if (word.text !== 'exclude') {
    // "include" is only two letters away and means the opposite.
    const meant = /^ex/i.test(word.text) ? 'exclude' : undefined;
    tokens.error('unknown-argument', word, `sources has no option ${word.text}.`, {
      help: "Write {exclude: 'id', 'id'} with the ids of the sources to exclude.",
      fix: meant ? { ...spanOf(word), text: meant } : undefined,
    });
  }
  const ids = readExcludedIds(parsing);
  if (ids.length === 0) {
    const message = 'The ids of the sources to exclude are missing.';
    tokens.error('expected-value', tokens.token, message, {
      help: "Write them as {exclude: 'id', 'id'}.",
    });
  }
  tokens.close(open, '}');
  return tokens.node({ kind: 'exclusion', ids, ...tokens.spanFrom(open.start) });
}

function readExcludedIds(parsing: Parsing): Literal[] {
  const { tokens } = parsing;
  if (isSymbol(tokens.token, '[')) {
    return parsing.listInBrackets('').filter((argument) => argument.kind === 'literal');
  }
  const ids: Literal[] = [];
  while (atLiteral(tokens) || atParenthesizedValue(tokens) || atBareWord(tokens)) {
    const id = atBareWord(tokens) ? readBareText(tokens) : parsing.literal();
    if (id.kind === 'literal') ids.push(id);
    if (!isSymbol(tokens.token, ',')) break;
    tokens.next();
  }
  return ids;
}
