import { readdirSync, readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { appPage } from '../../scripts/app-page.ts';
import { describe as describeQuery, levelFrom, pieces } from '../../src/app/language/entry.ts';
import { excerptOf } from '../../src/app/page/excerpt.ts';
import { inLines } from '../../src/app/page/lines.ts';
import { runsOf } from '../../src/app/page/markdown.ts';
import { outcomeOf } from '../../src/app/page/result.ts';
import { spaced, visible } from '../../src/app/page/words.ts';
import { visible as visibleToAgents } from '../../src/text/visible.ts';
import { userQuery } from '../support/arbitrary-query.ts';
import { hostileTexts } from '../support/hostile.ts';

/*
 * The page of MCP Apps without a browser: its size, what its code may not do, and its pure parts.
 */

describe('the page', async () => {
  const { html, own } = await appPage();
  const sizeOf = (tag: string) =>
    Buffer.byteLength(new RegExp(`<${tag}>([^]*?)</${tag}>`).exec(own)?.[1] ?? '');

  test('has at most 28 KB of code, 5.7 KB of style, and 120 KB in all', () => {
    expect(sizeOf('script')).toBeGreaterThan(10_000);
    expect(sizeOf('script')).toBeLessThanOrEqual(28_000);
    expect(sizeOf('style')).toBeLessThanOrEqual(5700);
    expect(Buffer.byteLength(html)).toBeLessThanOrEqual(120_000);
  });

  test('holds the language, which nothing in it can end', () => {
    const [, text = ''] =
      /<script type="text\/plain" id="language">([^<]*)<\/script>/.exec(html) ?? [];
    const script = gunzipSync(Buffer.from(text, 'base64')).toString();
    expect(script).toMatch(/^("use strict";)?var segmentLanguage=/);
    expect(script).not.toContain('import.meta');
  });

  test('moves nothing, so that nobody has to ask for less motion', () => {
    expect(own.match(/transition|animation|@keyframes|behavior: ?smooth/g) ?? []).toEqual([]);
  });

  test('names nothing to load', () => {
    expect(own.match(/\b(src|href|url|import)\s*[=(]/g) ?? []).toEqual([]);
    expect(own.match(/https?:\/\/[^"'` ]+/g) ?? []).toEqual([]);
  });
});

const forbidden =
  /innerHTML|outerHTML|insertAdjacentHTML|setHTML|document\.write|DOMParser|createContextualFragment|srcdoc|\beval\b|new Function|\bfetch\(|XMLHttpRequest|WebSocket|sendBeacon|localStorage|\.href\b|\.src\b|createElementNS/;

test.each(readdirSync('src/app/page').filter((file) => file.endsWith('.ts')))(
  '%s makes text nodes and elements only, and loads nothing',
  (file) => {
    expect(readFileSync(`src/app/page/${file}`, 'utf8')).not.toMatch(forbidden);
  },
);

describe('a definition', () => {
  test('is explained by parts whose ranges are in it', () => {
    const text = "event('Shoes Bought').within(7 days).count() >= 2";
    const { parts = [], cadence, conditions } = describeQuery(text, levelFrom('USERS'));
    expect(parts.map((part) => part.text).join('')).toBe(
      'Users who did **Shoes Bought** at least twice in the last 7 days.',
    );
    expect(
      parts.some(({ range }) => range && text.slice(range.start, range.end).includes('7')),
    ).toBe(true);
    expect([cadence?.type, conditions]).toEqual(['BATCH', 1]);
  });

  test('means the same in lines', () => {
    fc.assert(
      fc.property(userQuery, (query) => {
        const { formatted } = describeQuery(query, 'users');
        fc.pre(formatted !== undefined);
        const lines = inLines(formatted ?? '', pieces(formatted ?? ''));
        expect(describeQuery(lines, 'users').formatted).toBe(formatted);
      }),
    );
  });

  test.each([
    ["trait('a') = 1 AND trait('b') = 2 OR x", "trait('a') = 1\nAND trait('b') = 2\nOR x"],
    ["(trait('a') = 1 OR trait('b') = 2) AND z", "(trait('a') = 1 OR trait('b') = 2)\nAND z"],
    ["trait('x AND y') = 1", "trait('x AND y') = 1"],
  ])('%s is shown in lines', (query, lines) => {
    expect(inLines(query, pieces(query))).toBe(lines);
  });

  test('with a mistake has an excerpt with marks below it', () => {
    const query =
      "trait('a') = 1 AND\ntrait('b').equls('x') AND trait('a long name') = 'long text'";
    const [diagnostic] = describeQuery(query, 'users').diagnostics;
    expect(diagnostic && excerptOf(query, diagnostic)).toBe(
      "trait('b').equls('x') AND trait('a\n           ^^^^^",
    );
  });
});

test.each([
  [
    'Users who did **Shoes Bought** twice.',
    [
      ['Users who did ', false],
      ['Shoes Bought', true],
      [' twice.', false],
    ],
  ],
  ['**a \\*\\* b**', [['a ** b', true]]],
  ['plain \\"x\\" \\n', [['plain "x" \\n', false]]],
])('%s has its names in bold', (markdown, runs) => {
  expect(runsOf(markdown).map(({ text, isBold }) => [text, isBold])).toEqual(runs);
});

test.each(Object.entries(hostileTexts))('%s is made visible as for agents', (_, text) => {
  expect(visible(text)).toBe(visibleToAgents(text));
});

test.each([
  ['confirmation_required', 'Confirmation required'],
  ['needsConfirmation', 'Needs confirmation'],
  ['REALTIME', 'Realtime'],
])('%s is %s in words', (name, words) => {
  expect(spaced(name)).toBe(words);
});

test.each([
  [undefined, { kind: 'data', data: {} }],
  [{ structuredContent: { a: 1 } }, { kind: 'data', data: { a: 1 } }],
  [{ content: [{ type: 'text', text: '{"a":1}' }] }, { kind: 'data', data: { a: 1 } }],
  [{ isError: true }, { kind: 'problem', code: 'error', message: 'The call failed.' }],
  [
    { isError: true, content: [{ type: 'text', text: 'Input validation error' }] },
    { kind: 'problem', code: 'error', message: 'Input validation error' },
  ],
])('the result %o is read', (result, outcome) => {
  expect(outcomeOf(result)).toMatchObject(outcome);
});
