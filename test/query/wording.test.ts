import { expect, test } from 'vitest';
import { diagnosticCodes } from '../../src/query/codes.ts';
import {
  applyFix,
  type CheckOptions,
  check,
  type Diagnostic,
  render,
} from '../../src/query/index.ts';
import { type WordingExample, wordingExamples } from './wording-examples.ts';

/*
 * The wording of every diagnostic, as users see it, in one file to read and review: wording.snap.txt.
 * After a deliberate change, update it with `npx vitest run --project unit test/query/wording -u` and
 * read the diff.
 */

/** Longer results of fixes are cut. */
const maxShownChars = 200;

function optionsOf(example: WordingExample): { query: string } & CheckOptions {
  return typeof example === 'string' ? { query: example } : example;
}

/** The diagnostics of a definition that have this code. */
function diagnosticsOf(example: WordingExample, code: string): Diagnostic[] {
  const { query, ...options } = optionsOf(example);
  return check(query, options).diagnostics.filter((diagnostic) => diagnostic.code === code);
}

function shown(example: WordingExample, code: string): string {
  const { query, type, purpose } = optionsOf(example);
  const as = [type, purpose].filter((option) => option !== undefined).join(', ');
  const blocks = diagnosticsOf(example, code).map((diagnostic) => {
    const fixed = diagnostic.fix ? [`  fix: ${applyFix(query, diagnostic.fix)}`] : [];
    return [render(query, diagnostic), ...fixed.map(cut)].join('\n');
  });
  return [...(as ? [`(${as})`] : []), ...blocks].join('\n');
}

function cut(text: string): string {
  return text.length > maxShownChars ? `${text.slice(0, maxShownChars)}…` : text;
}

test.each(diagnosticCodes)('%s has examples that cause it', (code) => {
  const examples = wordingExamples[code];
  expect(examples.length).toBeGreaterThan(0);
  const without = examples.filter((example) => diagnosticsOf(example, code).length === 0);
  expect(without).toEqual([]);
});

test('every diagnostic is worded as in wording.snap.txt', async () => {
  const sections = diagnosticCodes.map((code) => {
    const examples = wordingExamples[code].map((example) => shown(example, code));
    return `## ${code}\n\n${examples.join('\n\n')}\n`;
  });
  await expect(sections.join('\n\n')).toMatchFileSnapshot('wording.snap.txt');
});
