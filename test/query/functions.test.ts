import { readdirSync } from 'node:fs';
import ts from 'typescript';
import { describe, expect, test } from 'vitest';
import { catalog } from '../../src/query/catalog.ts';
import { functions } from '../../src/query/functions.ts';
import type { FunctionKind } from '../../src/query/language-function.ts';
import { syntaxOf } from '../support/syntax.ts';

/*
 * What is known of a function is in its row; only what evaluates it knows it by its name.
 */

const evaluators: Record<FunctionKind, string> = {
  extractor: 'evaluate.ts',
  filter: 'evaluate.ts',
  reducer: 'reduce.ts',
  comparison: 'compare.ts',
};

/** What reads other notations has their words, many of which are spelt like a function. */
const readersOfOthers = ['app-sentence.ts', 'json-condition.ts', 'readings.ts', 'sql-condition.ts'];

/** Words of the code that are spelt like a function and mean something else. */
const otherMeanings: Record<string, string[]> = {
  // Kinds of nodes, parameters and definitions.
  literal: ['*'],
  property: ['*'],
  trait: ['check-definition.ts'],
  // Words that are not calls, and a short form of minutes.
  between: ['foreign-comparison.ts'],
  where: ['suggest.ts'],
  min: ['durations.ts'],
};

/** The string literals of a file that are the name of a function. */
function namesIn(file: string): string[] {
  const names = new Set<string>();
  const visit = (node: ts.Node) => {
    const isType = ts.isLiteralTypeNode(node);
    if (!isType && ts.isStringLiteral(node) && catalog.has(node.text)) names.add(node.text);
    if (!isType) ts.forEachChild(node, visit);
  };
  visit(syntaxOf(`src/query/${file}`));
  return [...names];
}

test.each(
  readdirSync('src/query').filter(
    (file) =>
      file !== 'functions.ts' &&
      !Object.values(evaluators).includes(file) &&
      !readersOfOthers.includes(file),
  ),
)('src/query/%s names no function', (file) => {
  const meansAnother = (name: string) =>
    otherMeanings[name]?.some((place) => place === '*' || place === file) ?? false;
  expect(namesIn(file).filter((name) => !meansAnother(name))).toEqual([]);
});

describe('every function', () => {
  test.each(functions.filter((entry) => entry.kind !== 'extractor' || entry.family !== 'stream'))(
    '$name is evaluated',
    ({ name, kind }) => {
      expect(namesIn(evaluators[kind])).toContain(name);
    },
  );

  test.each(functions)('$name is put into English with all that it takes', (entry) => {
    const { english } = entry;
    const phrases = typeof english === 'string' ? [english] : Object.values(english);
    const needed: Record<FunctionKind, RegExp> = {
      extractor: /\{name\}/,
      filter: /\{first\}/,
      reducer: entry.parameters.length > 0 ? /\{property\}.*\{(stream|item)\}/ : /\{stream\}/,
      comparison: entry.parameters.length > 0 ? /\{value\}/ : /^[^{]+$/,
    };
    for (const phrase of phrases) expect(phrase).toMatch(needed[entry.kind]);
  });
});

const negations = functions.flatMap((entry) =>
  entry.kind === 'comparison' && entry.negation ? [[entry.name, entry.negation] as const] : [],
);

test.each(negations)('%s and %s negate each other', (name, negation) => {
  expect(negations).toContainEqual([negation, name]);
});
