import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { LineReader } from '../../src/transports/line-reader.ts';
import { runs } from '../support/runs.ts';

const maxBytes = 8;

/** What comes out of the reader, and the lengths of what was left out. @param ends whether no more comes. */
function read(chunks: readonly Buffer[], ends = false) {
  const left: number[] = [];
  const passed: string[] = [];
  const reader = new LineReader(
    maxBytes,
    (line) => passed.push(line),
    (bytes) => left.push(bytes),
  );
  for (const chunk of chunks) reader.push(chunk);
  if (ends) reader.end();
  return { passed, left };
}

const bytesOf = (text: string) => Buffer.from(text, 'latin1');

describe('a line reader', () => {
  test('passes each line on as a whole, in however many pieces it came', () => {
    const { passed, left } = read(['ab', 'c\nd', '\n', 'e\nf\n'].map(bytesOf));
    expect(passed).toEqual(['abc', 'd', 'e', 'f']);
    expect(left).toEqual([]);
  });

  test.each([
    ['a last line without a line feed is passed on at the end', ['a\nb', 'c'], ['a', 'bc'], []],
    ['nothing is passed on at the end if there is nothing', ['a\n'], ['a'], []],
    ['one that is too long is left out', ['a\n', '123456789'], ['a'], [10]],
  ])('%s', (_, chunks, lines, lengths) => {
    const { passed, left } = read(chunks.map(bytesOf), true);
    expect(passed).toEqual(lines);
    expect(left).toEqual(lengths);
  });

  test('reads a character whose bytes came in two pieces', () => {
    const bytes = Buffer.from('aäb\n');
    expect(read([bytes.subarray(0, 2), bytes.subarray(2)]).passed).toEqual(['aäb']);
  });

  test('leaves out a line that is too long, and the next one passes', () => {
    const { passed, left } = read([bytesOf('123456789\nok\n')]);
    expect(passed).toEqual(['ok']);
    expect(left).toEqual([10]);
  });

  test('counts the line feed: just as many bytes as are allowed pass', () => {
    expect(read([bytesOf('1234567\n')]).passed).toEqual(['1234567']);
    expect(read([bytesOf('12345678\n')]).left).toEqual([9]);
  });

  test('does not pass on what has no end', () => {
    expect(read([bytesOf('a\nb')])).toEqual({ passed: ['a'], left: [] });
    expect(read([bytesOf('123456789012')])).toEqual({ passed: [], left: [] });
  });

  test('gives the same lines however the bytes are split into chunks', () => {
    const unit = fc.oneof(
      { weight: 3, arbitrary: fc.constant(0x0a) },
      { weight: 10, arbitrary: fc.integer({ min: 0, max: 127 }) },
    );
    fc.assert(
      fc.property(
        fc.array(unit, { maxLength: 120 }),
        fc.array(fc.nat({ max: 120 })),
        (units, cuts) => {
          const bytes = Buffer.from(units);
          const places = [...new Set([0, ...cuts.filter((cut) => cut < bytes.length)])].sort(
            (a, b) => a - b,
          );
          const chunks = places.map((from, index) => bytes.subarray(from, places[index + 1]));
          const whole = bytes.toString('latin1').match(/[^\n]*\n/g) ?? [];
          expect(read(chunks)).toEqual({
            passed: whole
              .filter((line) => line.length <= maxBytes)
              .map((line) => line.slice(0, -1)),
            left: whole.filter((line) => line.length > maxBytes).map((line) => line.length),
          });
        },
      ),
      { numRuns: runs(200) },
    );
  });
});
