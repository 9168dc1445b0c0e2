import { expect, test } from 'vitest';
import { createLog } from '../src/log.ts';
import { createRedactor } from '../src/redact.ts';

const secret = 'sgp_notARealToken';
const redactor = createRedactor([secret]);

test('a secret disappears from text, from values and from keys', () => {
  expect(redactor.text(`a ${secret} b ${secret}`)).toBe('a [redacted] b [redacted]');
  expect(redactor.value({ list: [`x${secret}`], [secret]: 1, none: null })).toEqual({
    list: ['x[redacted]'],
    '[redacted]': 1,
    none: null,
  });
});

test.each([
  ['a URL', encodeURIComponent],
  ['HTML', (text: string) => text.replace('"', '&quot;').replace('<', '&lt;')],
  ['JSON', (text: string) => JSON.stringify(text)],
  ['base64', (text: string) => Buffer.from(text).toString('base64')],
])('a secret is found as %s writes it', (_, write) => {
  const odd = 'tok+en/abc=="x<y';
  const written = write(odd);
  expect(createRedactor([odd]).text(`echo: ${written};`)).not.toContain(written.slice(0, 14));
});

test('what is nested beyond all measure is left out, and harms no one', () => {
  const deep = JSON.parse('['.repeat(100_000) + ']'.repeat(100_000));
  expect(JSON.stringify(redactor.value(deep))).toMatch(/^\[{101}"\[nested too deeply\]"\]{101}$/);
});

test('a key named __proto__ stays a key', () => {
  const value = JSON.parse('{"__proto__":{"polluted":true}}');
  expect(JSON.stringify(redactor.value(value))).toBe('{"__proto__":{"polluted":true}}');
});

test('a log line is one JSON object, as talkative as asked, without the secret', () => {
  const lines: string[] = [];
  const log = createLog(
    'warn',
    redactor,
    () => 0,
    (line) => lines.push(line),
  );
  log('info', 'not written');
  log('warn', `token ${secret}`, { stack: `at ${secret}\nb` });
  expect(lines).toEqual([
    '{"time":"1970-01-01T00:00:00.000Z","level":"warn","message":"token [redacted]","stack":"at [redacted]\\nb"}\n',
  ]);
});
