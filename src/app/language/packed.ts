/*
 * Bytes as text that can stand in a script element: four bytes are five digits to the base of 85. That is
 * a fifteenth less than base64, which of the language is 5 KB.
 */

/** The digits are the printable characters from here on, without the one that could end the element. */
const firstCode = 0x28;
const lessThan = 0x3c;
const base = 85;

/** @returns a text whose length is a multiple of five. */
export function packed(bytes: Uint8Array): string {
  let text = '';
  for (let at = 0; at < bytes.length; at += 4) {
    let group = '';
    let number = 0;
    for (let offset = 0; offset < 4; offset += 1) number = number * 256 + (bytes[at + offset] ?? 0);
    for (let digit = 0; digit < 5; digit += 1) {
      const code = firstCode + (number % base);
      group = String.fromCharCode(code < lessThan ? code : code + 1) + group;
      number = Math.floor(number / base);
    }
    text += group;
  }
  return text;
}

/** @param length how many bytes there were. */
export function unpacked(text: string, length: number): Uint8Array<ArrayBuffer> {
  const view = new DataView(new ArrayBuffer((text.length / 5) * 4));
  for (let at = 0; at < text.length; at += 5) {
    let number = 0;
    for (let digit = at; digit < at + 5; digit += 1) {
      const code = text.charCodeAt(digit);
      number = number * base + code - firstCode - (code < lessThan ? 0 : 1);
    }
    view.setUint32((at / 5) * 4, number);
  }
  return new Uint8Array(view.buffer, 0, length);
}
