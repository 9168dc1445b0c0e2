import type { Argument, Chain, Literal } from './ast.ts';
import { reducerOf } from './catalog.ts';
import { unquoted } from './strings.ts';
import { isTimeText } from './times.ts';

/*
 * What is known about a value statically.
 */

/** The kind of a value, if it is certain; `unknown` if only the data can tell. */
export type ValueKind = 'number' | 'time' | 'text' | 'boolean' | 'unknown';

/**
 * The kind of a literal. A string can stand for any other kind, so it is `text` only if it can't be
 * read as a number, a time or a boolean.
 */
export function kindOfLiteral(literal: Literal): ValueKind {
  switch (literal.type) {
    case 'number':
      return 'number';
    case 'date':
    case 'timestamp':
      return 'time';
    case 'boolean':
      return 'boolean';
    case 'string':
      return isNumeric(literal.text) ||
        isTimeText(literal.text) ||
        /^(true|false)$/i.test(literal.text)
        ? 'unknown'
        : 'text';
  }
}

/** The kind of the value that a chain reduces to. */
export function kindOfChain(chain: Chain): ValueKind {
  const call = chain.calls.findLast((candidate) => reducerOf(candidate)?.returns === 'Scalar');
  const reducer = reducerOf(call);
  if (!call || !reducer) return 'unknown';
  if (reducer.family === 'counting' || reducer.family === 'arithmetic') return 'number';
  const [first] = call.args;
  const casts = reducer.parameters[0]?.casts ?? [];
  const type = first?.kind === 'cast' ? first.type : casts[0];
  return type === 'number' && casts.includes(type) ? 'number' : 'unknown';
}

/** What a literal stands for: in a string, quotes can be escaped. */
export function plainText({ type, text }: Literal): string {
  return type === 'string' ? unquoted(text) : text;
}

/** The name in an extractor's argument. */
export function nameOf(argument: Argument | undefined): string {
  if (argument?.kind === 'named') return nameOf(argument.value);
  return argument?.kind === 'literal' ? plainText(argument) : '…';
}

/** The number that an argument is, or contains as a string. */
export function numberOf(argument: Argument | undefined): number | undefined {
  if (argument?.kind !== 'literal') return undefined;
  return isNumeric(argument.text) ? Number(argument.text) : undefined;
}

/** Whether a string is a number as the language writes it, possibly with a minus. */
export function isNumeric(text: string): boolean {
  return /^\s*-?(?:\d+(?:\.\d+)?|\.\d+)\s*$/.test(text);
}
