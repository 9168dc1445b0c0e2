import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { fixSource } from '../../src/commands/check/fix.ts';
import { placeInText, readSource, withFixes } from '../../src/commands/check/source.ts';
import { check } from '../../src/query/index.ts';
import { runs } from '../support/runs.ts';

describe('the lines that are skipped', () => {
  test.each([
    ['# a\nx', 'x'],
    ['// a\r\nx\r\n', 'x'],
    ['  # a\n\t// b\nx', 'x'],
    ['x # a', 'x # a'],
    ['x\n/* a */', 'x\n/* a */'],
    ['-- a\nx', '-- a\nx'],
    ['x\n# a\ny\n#b', 'x\ny'],
    // Inside of a string it is a part of that.
    ["trait('a\n# b') = 1", "trait('a\n# b') = 1"],
    ["trait('a\n# b\nc') = 1\n# d", "trait('a\n# b\nc') = 1"],
    ['trait("a\n// b") = \'x\n#\n\'', 'trait("a\n// b") = \'x\n#\n\''],
    ["trait('it\\'s\n# b') = 1", "trait('it\\'s\n# b') = 1"],
    // A quote in a comment, or one that is not closed, opens none.
    ["# it's\nx\n# it's\ny", 'x\ny'],
    ["x -- it's\n# a\n= 'b'", "x -- it's\n= 'b'"],
    ["x /* it's\n */\n# a\n= 'b'", "x /* it's\n */\n= 'b'"],
    ["trait('a) = 1\n# a", "trait('a) = 1"],
    ["trait('a) = 1\n# it's", "trait('a) = 1"],
    ['#', ''],
    ['', ''],
  ])('%j is read as %j', (text, definition) => {
    expect(readSource(text).definition).toBe(definition);
  });
});

describe('the level', () => {
  test.each([
    ['# type: accounts', 'accounts'],
    ['#type:LINKED', 'linked'],
    ['// Type : Users ', 'users'],
    ["trait('a') = 1\n# type: accounts\r\n", 'accounts'],
    ['# type: accounts\n# TYPE: ACCOUNTS', 'accounts'],
    ['# type: those who pay', undefined],
    ['# the type: accounts', undefined],
    ["trait('a') = 1 # type: accounts", undefined],
  ])('%j sets %s', (text, type) => {
    expect(readSource(text).type).toBe(type);
  });

  test.each([
    ["trait('a') = 1\n# type: people", 2, /users, accounts, linked/],
    ['# type: users\n\n// type: accounts', 3, /users/],
  ])("%j can't be followed, which line %i says", (text, line, message) => {
    expect(() => readSource(text)).toThrow(expect.objectContaining({ line }));
    expect(() => readSource(text)).toThrow(message);
  });
});

/** Lines of definitions, and of comments. */
const lines = fc.array(
  fc.constantFrom(
    "event('A').count() >= 1",
    "evnt('A')",
    '  .cuont() == 1 and',
    'AND',
    "trait('b') =",
    '“c”',
    '',
    '# one',
    '// two',
    '  # three',
  ),
  { maxLength: 8 },
);
const anyText = fc
  .tuple(lines, fc.constantFrom('\n', '\r\n'), fc.boolean())
  .map(([each, end, ends]) => each.join(end) + (ends ? end : ''));

test('places are those in the text, and fixes never touch a comment', () => {
  fc.assert(
    fc.property(anyText, (written) => {
      const source = readSource(written);
      for (const diagnostic of check(source.definition).diagnostics) {
        const { start, end, line, column, fix } = placeInText(diagnostic, source);
        const said = source.definition.slice(diagnostic.start, diagnostic.end);
        if (!said.includes('\n')) expect(written.slice(start, end)).toBe(said);
        const before = written.slice(0, start);
        expect([line, column]).toEqual([
          before.split('\n').length,
          start - before.lastIndexOf('\n'),
        ]);
        if (!fix || !diagnostic.fix) continue;
        const replaced = source.definition.slice(diagnostic.fix.start, diagnostic.fix.end);
        expect(written.slice(fix.start, fix.end)).toBe(replaced);
      }
    }),
    { numRuns: runs(300) },
  );
});

const commentsOf = (written: string) =>
  written.split(/\r?\n/).filter((line) => /^\s*(#|\/\/)/.test(line));

test('fixes leave every comment, in its order and on a line of its own', () => {
  fc.assert(
    fc.property(anyText, (written) => {
      const { source } = fixSource(readSource(written), 'users');
      expect(commentsOf(source.text)).toEqual(commentsOf(written));
      if (written.includes('\r\n')) expect(source.text).not.toMatch(/[^\r]\n/);
    }),
    { numRuns: runs(300) },
  );
});

test('without a fix the text is as it was', () => {
  fc.assert(
    fc.property(anyText, (written) => {
      const source = readSource(written);
      expect(withFixes(source, source.definition, [])).toBe(written);
    }),
  );
});

describe('a comment', () => {
  const whole = (written: string, replacement: string) => {
    const source = readSource(written);
    const fix = { start: 0, end: source.definition.length, text: replacement };
    return withFixes(source, replacement, [[fix]]);
  };

  test.each([
    ['# a\nx\n# b\n', '# a\ny\n# b\n'],
    ['x\n# a\nz\n', '# a\ny\n'],
    ['x\r\n// a\r\nz', '// a\r\ny'],
    ['x\n# a', 'y\n# a'],
  ])('in %j is kept when all else is replaced: %j', (written, result) => {
    expect(whole(written, 'y')).toBe(result);
  });

  test('behind code is kept too, though a fix would remove it', () => {
    const { source, fixes } = fixSource(readSource("evnt('A').count() >= 1 # often\n"), 'users');
    expect([source.text, fixes]).toEqual(["event('A').count() >= 1 # often\n", 1]);
  });
});
