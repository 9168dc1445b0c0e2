import { readFileSync } from 'node:fs';
import ts from 'typescript';
import { describe, expect, test } from 'vitest';
import * as language from '../../src/query/public.ts';
import { countClaims, runExample } from '../support/examples.ts';

/*
 * What others import as `segment-audiences-mcp/query`.
 */

const modules = { 'segment-audiences-mcp/query': language };
const functions = [
  'applyFix',
  'check',
  'evaluate',
  'explain',
  'explainParts',
  'format',
  'references',
];

test('these functions, and no other values, are exported', () => {
  expect(Object.keys(language).sort()).toEqual(functions);
});

/** The text of every `@example`, by the name of what it stands at. */
function examplesIn(file: string): Map<string, string> {
  const source = ts.createSourceFile(
    file,
    readFileSync(file, 'utf8'),
    ts.ScriptTarget.Latest,
    true,
  );
  const examples = new Map<string, string>();
  for (const statement of source.statements) {
    if (!ts.isFunctionDeclaration(statement)) continue;
    const tags = ts.getJSDocTags(statement).filter(({ tagName }) => tagName.text === 'example');
    const text = tags.map(({ comment }) => ts.getTextOfJSDocComment(comment) ?? '').join('\n');
    if (text) examples.set(statement.name?.text ?? '', text);
  }
  return examples;
}

test('anything but a string throws', () => {
  for (const value of ['5', 'null'])
    expect(() => language.check(JSON.parse(value))).toThrow(TypeError);
});

describe('the examples in the code are right', () => {
  const examples = examplesIn('src/query/public.ts');

  test.each(functions)('%s', (name) => {
    const example = examples.get(name) ?? '';
    expect(countClaims(example)).toBeGreaterThan(0);
    runExample(example, modules);
  });

  test('a wrong one would be noticed', () => {
    const wrong =
      "import { check } from 'segment-audiences-mcp/query';\ncheck('').valid; // => true";
    expect(() => runExample(wrong, modules)).toThrow(/false/);
  });
});

describe('the level', () => {
  test.each(['accounts', 'ACCOUNTS'] as const)('is taken as %s', (type) => {
    const { valid, tree } = language.check("ALL trait('email').exists()", { type });
    expect(valid).toBe(true);
    expect(language.explain(tree, type)).toMatch(/^Accounts /);
  });

  test('of another name is refused with those that there are', () => {
    const options = JSON.parse('{ "type": "people" }');
    const refusal = /"people" is not a level: expected one of users, accounts, linked/;
    expect(() => language.check("trait('a') = 1", options)).toThrow(refusal);
    const { tree } = language.check("trait('a') = 1");
    expect(() => language.explain(tree, options.type)).toThrow(refusal);
  });
});

test('what is too long is not checked, and has no verdict', () => {
  const result = language.check(`trait('${'x'.repeat(20_000)}') = 1`);
  expect(result.checked).toBe(false);
  expect(result).not.toHaveProperty('valid');
});
