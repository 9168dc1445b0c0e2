import { describe, expect, test } from 'vitest';
import { createLog } from '../../src/log.ts';
import { createRedactor } from '../../src/text/redact.ts';

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

describe('every spelling of a secret is found', () => {
  const odd = 'sgp_+a/b?~z>k="\'&<%\\ü';
  const upper = (text: string) => text.replace(/%[\da-f]{2}/gi, (code) => code.toUpperCase());
  const lower = (text: string) => text.replace(/%[\da-f]{2}/gi, (code) => code.toLowerCase());
  const allPercent = (text: string) =>
    [...Buffer.from(text)].map((byte) => `%${byte.toString(16).padStart(2, '0')}`).join('');
  const hexOf = (text: string) => Buffer.from(text).toString('hex');
  const html = (text: string) =>
    text
      .replaceAll('&', '&amp;')
      .replaceAll('<', '&lt;')
      .replaceAll('>', '&gt;')
      .replaceAll('"', '&quot;')
      .replaceAll("'", '&#39;');
  const entities = (text: string, before: string, base: number) =>
    [...text].map((char) => `&#${before}${char.codePointAt(0)?.toString(base)};`).join('');
  const upperCase = (text: string) => text.toUpperCase();
  const json = (text: string) => JSON.stringify(text).slice(1, -1);

  test.each<[string, (text: string) => string]>([
    ['itself', (text) => text],
    ['percent-encoding in upper case', (text) => upper(encodeURIComponent(text))],
    ['percent-encoding in lower case', (text) => lower(encodeURIComponent(text))],
    ['percent-encoding of a path', encodeURI],
    ['percent-encoding of everything', allPercent],
    ['the same in upper case', (text) => upper(allPercent(text))],
    ['percent-encoding in both cases', (text) => encodeURIComponent(text).replace('%2B', '%2b')],
    ['HTML', html],
    ['HTML with hexadecimal entities', (text) => html(text).replaceAll('&#39;', '&#x27;')],
    ['HTML with a number for each character', (text) => entities(text, '', 10)],
    ['the same with leading zeros', (text) => entities(text, '00', 10)],
    ['the same in hexadecimal digits', (text) => entities(text, 'x00', 16)],
    ['the same in capitals', (text) => entities(text, 'x0000', 16).replace(/[xa-f]/g, upperCase)],
    ['HTML without semicolons', (text) => html(text).replaceAll(';', '')],
    ['JSON', json],
    ['JSON with slashes escaped', (text) => json(text).replaceAll('/', '\\/')],
    ['JSON in ASCII', (text) => json(text).replaceAll('ü', '\\u00FC').replaceAll('<', '\\u003c')],
    ['hexadecimal digits', hexOf],
    ['the same in upper case', (text) => hexOf(text).toUpperCase()],
  ])('%s', (_, write) => {
    const clean = createRedactor([odd]).text(`echo: ${write(odd)}; ${write(odd)}.`);
    expect(clean).toBe('echo: [redacted]; [redacted].');
  });

  const secrets = [secret, odd, '~~~???>>>', 'pässwörd', 'x'.repeat(57)];
  const places = secrets.flatMap((each) =>
    ['', 'a', 'ab', 'abc', 'user:', 'Bearer '].flatMap((before) =>
      ['', 'z', 'zz', '\n'].map((after) => [each, before, after] as const),
    ),
  );
  test.each(places)('base64 of %j between %j and %j, in both alphabets', (each, before, after) => {
    const whole = Buffer.from(before + each + after);
    for (const alphabet of ['base64', 'base64url'] as const) {
      const clean = createRedactor([each]).text(`echo: ${whole.toString(alphabet)}.`);
      expect(clean).toContain('[redacted]');
      // What is left decodes to what stood around it, and a few bits.
      const left = clean.replace(/^echo: |\[redacted\]|\.$/g, '').replace(/=+$/, '');
      const around = Buffer.from(before + after).length;
      expect(left.length).toBeLessThanOrEqual(Math.ceil((around * 4) / 3) + 3);
    }
  });

  test('base64 whose symbols are escaped as in URLs, JSON or HTML', () => {
    const each = '~~~???>>>~~~???';
    const base64 = Buffer.from(each).toString('base64');
    expect(base64).toMatch(/[+/]/);
    for (const written of [
      encodeURIComponent(base64),
      lower(encodeURIComponent(base64)),
      base64.replaceAll('/', '\\/'),
      base64.replaceAll('+', '\\u002B').replaceAll('/', '\\u002f'),
      base64.replaceAll('+', '&#43;').replaceAll('/', '&#x2F;'),
    ]) {
      expect(createRedactor([each]).text(`(${written})`)).toBe('([redacted])');
    }
  });

  test('of several secrets the longer one is found first, and none is a pattern', () => {
    const several = createRedactor(['', 'pass.*word', 'me:pass.*word', '(']);
    expect(several.text('me:pass.*word pass.*word pass123word (')).toBe(
      '[redacted] [redacted] pass123word [redacted]',
    );
  });

  test('without secrets nothing is changed', () => {
    for (const none of [[], ['']]) expect(createRedactor(none).text('a b')).toBe('a b');
  });

  test('a text made to be slow is not', () => {
    const nearly = `${secret.slice(0, -1)}${allPercent(secret).slice(0, -1)}`;
    const text = nearly.repeat(100_000);
    const started = performance.now();
    expect(redactor.text(text)).toBe(text);
    // It takes about 50 ms; a pattern that is worse than linear would take hours.
    expect(performance.now() - started).toBeLessThan(20_000);
  });
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
