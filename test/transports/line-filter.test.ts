import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { LineFilter } from '../../src/transports/line-filter.ts';

const longest = 8;

/** What comes out of the filter, chunk by chunk, and the lengths of what was left out. */
async function filtered(chunks: readonly Uint8Array[]) {
  const left: number[] = [];
  const passed: string[] = [];
  const filter = new LineFilter(longest, (bytes) => left.push(bytes));
  filter.on('data', (chunk: Buffer) => passed.push(chunk.toString('latin1')));
  for (const chunk of chunks) filter.write(chunk);
  filter.end();
  await new Promise((resolve) => filter.once('end', resolve));
  return { passed, left };
}

const bytesOf = (text: string) => Buffer.from(text, 'latin1');

describe('a line filter', () => {
  test('passes each line on as a whole, in however many pieces it came', async () => {
    const { passed, left } = await filtered(['ab', 'c\nd', '\n', 'e\nf\n'].map(bytesOf));
    expect(passed).toEqual(['abc\n', 'd\n', 'e\n', 'f\n']);
    expect(left).toEqual([]);
  });

  test('leaves out a line that is too long, and the next one passes', async () => {
    const { passed, left } = await filtered([bytesOf('123456789\nok\n')]);
    expect(passed).toEqual(['ok\n']);
    expect(left).toEqual([10]);
  });

  test('counts the line feed: just as many bytes as are allowed pass', async () => {
    expect((await filtered([bytesOf('1234567\n')])).passed).toEqual(['1234567\n']);
    expect((await filtered([bytesOf('12345678\n')])).left).toEqual([9]);
  });

  test('does not pass on what has no end', async () => {
    expect(await filtered([bytesOf('a\nb')])).toEqual({ passed: ['a\n'], left: [] });
    expect(await filtered([bytesOf('123456789012')])).toEqual({ passed: [], left: [] });
  });

  test('gives the same lines however the bytes are split into chunks', async () => {
    const unit = fc.oneof(
      { weight: 3, arbitrary: fc.constant(0x0a) },
      { weight: 10, arbitrary: fc.integer({ min: 0, max: 255 }) },
    );
    await fc.assert(
      fc.asyncProperty(
        fc.array(unit, { maxLength: 120 }),
        fc.array(fc.nat({ max: 120 })),
        async (units, cuts) => {
          const bytes = Buffer.from(units);
          const places = [...new Set([0, ...cuts.filter((cut) => cut < bytes.length)])].sort(
            (a, b) => a - b,
          );
          const chunks = places.map((from, index) => bytes.subarray(from, places[index + 1]));
          const whole = bytes.toString('latin1').match(/[^\n]*\n/g) ?? [];
          expect(await filtered(chunks)).toEqual({
            passed: whole.filter((line) => line.length <= longest),
            left: whole.filter((line) => line.length > longest).map((line) => line.length),
          });
        },
      ),
      { numRuns: 500 },
    );
  });
});
