import { crc32, deflateSync } from 'node:zlib';

/*
 * The icon: two overlapping audiences, and what they share. It is drawn here, pixel by pixel, so
 * that the repository contains no image.
 */

/** Width and height, as the .mcpb recommends. */
export const iconPixels = 512;

export type Color = readonly [red: number, green: number, blue: number];

export const ground: Color = [16, 48, 58];
export const left: Color = [64, 184, 152];
export const right: Color = [84, 148, 232];
export const shared: Color = [250, 214, 92];

/** The icon as a PNG (https://www.w3.org/TR/png-3/): 8 bits of red, green, blue and alpha. */
export function iconPng(): Buffer {
  const header = Buffer.alloc(13);
  header.writeUInt32BE(iconPixels, 0);
  header.writeUInt32BE(iconPixels, 4);
  header.set([8, 6, 0, 0, 0], 8);
  const rows = Array.from({ length: iconPixels }, (_, y) => rowOf(y));
  return png(['IHDR', header], ['IDAT', deflateSync(Buffer.concat(rows), { level: 9 })]);
}

/** A PNG of some chunks. */
export function png(...chunks: readonly [type: string, data: Buffer][]): Buffer {
  return Buffer.concat([
    Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]),
    ...chunks.map(([type, data]) => chunk(type, data)),
    chunk('IEND', Buffer.alloc(0)),
  ]);
}

/** One line of pixels, after the byte that says that it is not filtered. */
function rowOf(y: number): Buffer {
  const row = Buffer.alloc(1 + iconPixels * 4);
  for (let x = 0; x < iconPixels; x += 1) row.set(pixelAt(x + 0.5, y + 0.5), 1 + x * 4);
  return row;
}

/** The color of a point of the icon. */
export function pixelAt(x: number, y: number): readonly [...Color, alpha: number] {
  const inLeft = coverage(128 - Math.hypot(x - 196, y - 256));
  const inRight = coverage(128 - Math.hypot(x - 316, y - 256));
  let color = mix(ground, left, inLeft);
  color = mix(color, right, inRight);
  color = mix(color, shared, Math.min(inLeft, inRight));
  return [...color, Math.round(255 * coverage(-distanceToSquare(x, y)))];
}

/** The distance of a point from the rounded square; negative inside. */
function distanceToSquare(x: number, y: number): number {
  const [half, radius] = [248, 96];
  const dx = Math.abs(x - iconPixels / 2) - half + radius;
  const dy = Math.abs(y - iconPixels / 2) - half + radius;
  return Math.hypot(Math.max(dx, 0), Math.max(dy, 0)) + Math.min(Math.max(dx, dy), 0) - radius;
}

/** The share of a pixel covered by a shape whose edge is this far away, for smooth edges. */
function coverage(inside: number): number {
  return Math.min(Math.max(inside + 0.5, 0), 1);
}

/** One color over another. */
export function mix(under: Color, over: Color, share: number): Color {
  const at = (index: 0 | 1 | 2) => Math.round(under[index] + (over[index] - under[index]) * share);
  return [at(0), at(1), at(2)];
}

function chunk(type: string, data: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), data]);
  const framed = Buffer.alloc(body.length + 8);
  framed.writeUInt32BE(data.length, 0);
  body.copy(framed, 4);
  framed.writeUInt32BE(crc32(body), body.length + 4);
  return framed;
}
