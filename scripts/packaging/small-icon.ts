import { zlibOf } from './fixed-deflate.ts';
import { type Color, ground, iconPixels, left, mix, pixelAt, png, right, shared } from './icon.ts';

/*
 * The icon for lists of servers, which clients get with the server's name: as small as can be, with
 * the few colors that it needs.
 */

/** Width and height. */
export const smallIconPixels = 48;
/** Each pixel is the mean of this many points in each direction. */
const samples = 4;
const bitsPerPixel = 4;

/** The colors; at edges, what is halfway between two. */
const colors: readonly Color[] = [
  ground,
  left,
  right,
  shared,
  ...(
    [
      [ground, left],
      [ground, right],
      [left, shared],
      [right, shared],
      [ground, shared],
    ] as const
  ).map(([one, other]) => mix(one, other, 0.5)),
];
/** What is outside, and half outside; after the colors in the palette. */
const alphas = [0, 128];

/** The icon as a PNG (https://www.w3.org/TR/png-3/) with a palette. */
export function smallIconPng(): Buffer {
  const header = Buffer.alloc(13);
  header.writeUInt32BE(smallIconPixels, 0);
  header.writeUInt32BE(smallIconPixels, 4);
  header.set([bitsPerPixel, 3, 0, 0, 0], 8);
  const palette = [...alphas.map(() => ground), ...colors];
  return png(
    ['IHDR', header],
    ['PLTE', Buffer.from(palette.flat())],
    ['tRNS', Buffer.from(alphas)],
    ['IDAT', zlibOf(Buffer.concat(Array.from({ length: smallIconPixels }, (_, y) => rowOf(y))))],
  );
}

/** One line of pixels, two to a byte, after the byte that says that it is not filtered. */
function rowOf(y: number): Buffer {
  const row = Buffer.alloc(1 + (smallIconPixels * bitsPerPixel) / 8);
  for (let x = 0; x < smallIconPixels; x += 2) {
    row[1 + x / 2] = entryAt(x, y) * 16 + entryAt(x + 1, y);
  }
  return row;
}

/** The entry of the palette that is closest to a pixel. */
function entryAt(x: number, y: number): number {
  const [red, green, blue, alpha] = meanAt(x, y);
  if (alpha < 64) return 0;
  if (alpha < 192) return 1;
  const distance = (color: Color) =>
    (color[0] - red) ** 2 + (color[1] - green) ** 2 + (color[2] - blue) ** 2;
  const nearest = colors.reduce((best, color) => (distance(color) < distance(best) ? color : best));
  return alphas.length + colors.indexOf(nearest);
}

function meanAt(x: number, y: number): [number, number, number, alpha: number] {
  const sum: [number, number, number, number] = [0, 0, 0, 0];
  const scale = iconPixels / smallIconPixels;
  for (let dy = 0.5; dy < samples; dy += 1) {
    for (let dx = 0.5; dx < samples; dx += 1) {
      const point = pixelAt((x + dx / samples) * scale, (y + dy / samples) * scale);
      for (const part of [0, 1, 2, 3] as const) sum[part] += point[part];
    }
  }
  const count = samples ** 2;
  return [sum[0] / count, sum[1] / count, sum[2] / count, sum[3] / count];
}

/** The icon as a data URI. */
export function smallIconUri(): string {
  return `data:image/png;base64,${smallIconPng().toString('base64')}`;
}
