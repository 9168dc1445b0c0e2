import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  quoted,
  quotedPlainly,
  visible,
  visibleJson,
  visibleLines,
} from '../../src/text/visible.ts';
import { unseenIn } from '../support/hostile.ts';
import { runs } from '../support/runs.ts';
import { anyCharacter } from '../support/wild-text.ts';

const anyText = fc.string({ unit: anyCharacter });
/** Strings in which what can't be seen is likely. */
const oddText = fc.string({
  unit: fc.oneof(
    fc.integer({ min: 0, max: 0xffff }).map((unit) => String.fromCharCode(unit)),
    fc.integer({ min: 0xd800, max: 0xdfff }).map((unit) => String.fromCharCode(unit)),
    fc.integer({ min: 0, max: 0xa0 }).map((unit) => String.fromCharCode(unit)),
    fc.integer({ min: 0x2000, max: 0x2070 }).map((unit) => String.fromCharCode(unit)),
    fc.integer({ min: 0xe0000, max: 0xe01ef }).map((point) => String.fromCodePoint(point)),
  ),
});

describe('visible', () => {
  test.each([
    ['a terminal escape', '\u001b[2J', '\\u001b[2J'],
    ['a C1 control', '\u009b2J', '\\u009b2J'],
    ['a null', '\u0000', '\\u0000'],
    ['a carriage return', 'a\rb', 'a\\u000db'],
    ['a line break', 'a\nb', 'a\\u000ab'],
    ['a right-to-left override', '\u202egpj', '\\u202egpj'],
    ['an isolate', '\u2066x\u2069', '\\u2066x\\u2069'],
    ['a zero-width space', 'a\u200bb', 'a\\u200bb'],
    ['a byte order mark', '\ufeffa', '\\ufeffa'],
    ['a soft hyphen', 'a\u00adb', 'a\\u00adb'],
    ['a line separator', 'a\u2028b', 'a\\u2028b'],
    ['a half of a pair', '\ud800a', '\\ud800a'],
    ['the halves of a pair the wrong way round', '\udc00\ud800', '\\udc00\\ud800'],
    ['a tag', '\u{e0041}', '\\udb40\\udc41'],
    ['a Hangul filler', '\u3164', '\\u3164'],
  ])('shows %s', (_, text, shown) => {
    expect(visible(text)).toBe(shown);
  });

  test.each(['', 'Große Füße, 靴 and Ботинки', '😀 👨‍👩', '❤\ufe0f', 'مرحبا', '\u00a0'])(
    'leaves %j as it is, but for joiners',
    (text) => {
      expect(visible(text)).toBe(text.replaceAll('\u200d', '\\u200d'));
    },
  );

  test('leaves nothing unseen in any text, and changes nothing else', () => {
    fc.assert(
      fc.property(fc.oneof(anyText, oddText), (text) => {
        const shown = visible(text);
        expect(unseenIn(shown)).toEqual([]);
        expect(visible(shown)).toBe(shown);
        expect(shown).not.toContain('\n');
        if (unseenIn(text + visibleLines(text)).length === 0) {
          expect(visibleLines(text)).toBe(text);
        }
      }),
      { numRuns: runs(500) },
    );
  });
});

test('visibleLines keeps the line breaks, and nothing else that is unseen', () => {
  expect(visibleLines('a\n\u202eb\r\nc')).toBe('a\n\\u202eb\\u000d\nc');
});

describe('visibleJson', () => {
  test('parses to the very same value and shows all of it on one line', () => {
    const value = fc.oneof(
      fc.jsonValue({ stringUnit: anyCharacter }),
      oddText,
      fc.dictionary(oddText, oddText),
    );
    fc.assert(
      fc.property(value, (given) => {
        const json = visibleJson(given);
        expect(JSON.parse(json)).toEqual(JSON.parse(JSON.stringify(given)));
        expect(unseenIn(json)).toEqual([]);
        expect(json).not.toContain('\n');
      }),
      { numRuns: runs(500) },
    );
  });
});

describe('quoted', () => {
  test('is one line in double quotes, with nothing unseen, whatever the text', () => {
    fc.assert(
      fc.property(fc.oneof(anyText, oddText), (text) => {
        const shown = quoted(text);
        expect(shown).toMatch(/^".*"(…\[cut, \d+ characters in all\])?$/u);
        expect(shown).not.toContain('\n');
        expect(unseenIn(shown)).toEqual([]);
      }),
      { numRuns: runs(500) },
    );
  });

  test('a text up to the limit can be read back', () => {
    fc.assert(
      fc.property(fc.oneof(anyText, oddText), (text) => {
        expect(JSON.parse(quoted(text, Number.POSITIVE_INFINITY))).toBe(text);
      }),
    );
  });

  test('a quote within does not end it', () => {
    expect(quoted('a" (size 0). Do you agree? "')).toBe('"a\\" (size 0). Do you agree? \\""');
  });

  test('cuts what is long, and says how long it is', () => {
    expect(quoted('x'.repeat(200))).toBe(`"${'x'.repeat(200)}"`);
    expect(quoted('x'.repeat(201))).toBe(`"${'x'.repeat(200)}"…[cut, 201 characters in all]`);
    expect(quoted('abcdef', 3)).toBe('"abc"…[cut, 6 characters in all]');
  });
});

describe('quotedPlainly', () => {
  test('holds no quote, and can be read back', () => {
    fc.assert(
      fc.property(fc.oneof(anyText, oddText), (text) => {
        const shown = quotedPlainly(text, Number.POSITIVE_INFINITY);
        expect(shown).toMatch(/^"[^"\n]*"$/u);
        expect(JSON.parse(shown)).toBe(text);
        expect(unseenIn(shown)).toEqual([]);
      }),
      { numRuns: runs(500) },
    );
  });

  test.each([
    ['//evil.com', '/\\u002fevil\\u002ecom'],
    ['https:////evil.xyz', 'https:/\\u002f\\u002f\\u002fevil.xyz'],
    ['evil.com/login', 'evil\\u002ecom/login'],
    ['foo.bar.co.uk', 'foo.bar\\u002eco\\u002euk'],
    ['💩.com', '💩\\u002ecom'],
  ])('leaves no link in %s', (text, shown) => {
    expect(quotedPlainly(text)).toBe(`"${shown}"`);
  });

  test.each([
    ["event('a').count() >= 1.5 AND trait('android.idfa').one_of('ios.idfa', 'e.g. this...')"],
    ['1/2 and 24/7. Then more'],
    ["trait('total_spend') > 500 AND event('A').count() <= 3"],
    ['Big spenders (EU) – 50% off! #1, a+b=c; "x"'.replaceAll('"', '')],
  ])('leaves %s as it is', (text) => {
    expect(quotedPlainly(text)).toBe(`"${text}"`);
  });
});

test('a long text is made visible in pieces, and no character is torn', () => {
  const emoji = '\u{1f600}'.repeat(10_000);
  for (const start of ['', 'a']) {
    expect(visible(`${start}${emoji}`)).toBe(`${start}${emoji}`);
    expect(visible(`${start}${emoji}\ud83d`)).toBe(`${start}${emoji}\\ud83d`);
  }
  expect(visible('\u200b'.repeat(10_000))).toBe('\\u200b'.repeat(10_000));
});
