import { inflateSync } from 'node:zlib';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { zlibOf } from '../../scripts/packaging/fixed-deflate.ts';
import { smallIconPixels, smallIconPng } from '../../scripts/packaging/small-icon.ts';
import { icon } from '../../src/mcp/icon.ts';
import { runs } from '../support/runs.ts';

test('what is compressed can be read by zlib', () => {
  const bytes = fc.oneof(
    fc.uint8Array({ maxLength: 400 }),
    fc.array(fc.constantFrom(0, 1, 200), { maxLength: 1500 }).map((list) => Uint8Array.from(list)),
  );
  fc.assert(
    fc.property(bytes, (given) => {
      expect(Uint8Array.from(inflateSync(zlibOf(given)))).toEqual(Uint8Array.from(given));
    }),
    { numRuns: runs(60) },
  );
});

test('the icon of the server is a PNG of 48 by 48, and small', () => {
  const [type, data = ''] = icon.src.split(',');
  const png = Buffer.from(data, 'base64');
  expect(type).toBe('data:image/png;base64');
  expect(png.equals(smallIconPng())).toBe(true);
  expect(png.subarray(1, 4).toString()).toBe('PNG');
  expect([png.readUInt32BE(16), png.readUInt32BE(20)]).toEqual([smallIconPixels, smallIconPixels]);
  const at = png.indexOf('IDAT');
  const pixels = inflateSync(png.subarray(at + 4, at + 4 + png.readUInt32BE(at - 4)));
  expect(pixels).toHaveLength(smallIconPixels * (1 + smallIconPixels / 2));
  expect(icon.src.length).toBeLessThan(1024);
});
