/*
 * A small deflate (RFC 1951) with fixed codes. Unlike zlib's, whose output differs between versions
 * and processors, its output is always the same, so that it can be kept in the repository.
 */

/** The first length of each length code from 257 on, and the first distance of each code (section 3.2.5). */
const lengths = [
  3, 4, 5, 6, 7, 8, 9, 10, 11, 13, 15, 17, 19, 23, 27, 31, 35, 43, 51, 59, 67, 83, 99, 115, 131,
  163, 195, 227,
];
const distances = [
  1, 2, 3, 4, 5, 7, 9, 13, 17, 25, 33, 49, 65, 97, 129, 193, 257, 385, 513, 769, 1025, 1537, 2049,
  3073, 4097, 6145, 8193, 12_289, 16_385, 24_577,
];
const maxLength = 257;
const minLength = 3;

/** The zlib form (RFC 1950) of some bytes, at most 24 KB of them. */
export function zlibOf(bytes: Uint8Array): Buffer {
  const bits = new Bits();
  bits.add(1, 1);
  bits.add(1, 2);
  for (let at = 0; at < bytes.length; ) {
    const match = longestMatch(bytes, at);
    if (match.length >= minLength) {
      writeLength(bits, match.length);
      writeDistance(bits, match.distance);
      at += match.length;
    } else {
      writeSymbol(bits, bytes[at] ?? 0);
      at += 1;
    }
  }
  writeSymbol(bits, 256);
  const checksum = Buffer.alloc(4);
  checksum.writeUInt32BE(adler32(bytes));
  return Buffer.concat([Buffer.from([0x78, 0x01]), bits.bytes(), checksum]);
}

function longestMatch(bytes: Uint8Array, at: number): { length: number; distance: number } {
  let best = { length: 0, distance: 0 };
  for (let distance = 1; distance <= at; distance += 1) {
    let length = 0;
    while (
      length < maxLength &&
      at + length < bytes.length &&
      bytes[at + length] === bytes[at + length - distance]
    ) {
      length += 1;
    }
    if (length > best.length) best = { length, distance };
  }
  return best;
}

/** A literal, or a length code (section 3.2.6). */
function writeSymbol(bits: Bits, symbol: number): void {
  if (symbol < 144) bits.addCode(0x30 + symbol, 8);
  else if (symbol < 256) bits.addCode(0x190 + symbol - 144, 9);
  else if (symbol < 280) bits.addCode(symbol - 256, 7);
  else bits.addCode(0xc0 + symbol - 280, 8);
}

function writeLength(bits: Bits, length: number): void {
  const code = lengths.findLastIndex((first) => first <= length);
  writeSymbol(bits, 257 + code);
  bits.add(length - (lengths[code] ?? 0), code < 8 ? 0 : (code >> 2) - 1);
}

function writeDistance(bits: Bits, distance: number): void {
  const code = distances.findLastIndex((first) => first <= distance);
  bits.addCode(code, 5);
  bits.add(distance - (distances[code] ?? 0), code < 4 ? 0 : (code >> 1) - 1);
}

/** A stream of bits, the lowest of each byte first. */
class Bits {
  readonly #bytes: number[] = [];
  #used = 8;

  /** Numbers begin with their lowest bit. */
  add(value: number, count: number): void {
    for (let bit = 0; bit < count; bit += 1) this.#push((value >> bit) & 1);
  }

  /** Codes begin with their highest bit. */
  addCode(code: number, count: number): void {
    for (let bit = count - 1; bit >= 0; bit -= 1) this.#push((code >> bit) & 1);
  }

  bytes(): Buffer {
    return Buffer.from(this.#bytes);
  }

  #push(bit: number): void {
    if (this.#used === 8) {
      this.#bytes.push(0);
      this.#used = 0;
    }
    const last = this.#bytes.length - 1;
    this.#bytes[last] = (this.#bytes[last] ?? 0) | (bit << this.#used);
    this.#used += 1;
  }
}

function adler32(bytes: Uint8Array): number {
  let [a, b] = [1, 0];
  for (const byte of bytes) {
    a = (a + byte) % 65_521;
    b = (b + a) % 65_521;
  }
  return b * 65_536 + a;
}
