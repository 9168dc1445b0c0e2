/*
 * Numbers in spellings that the reference does not mention: `+5`, `1e5`.
 */

/** Whether a number is written as in the reference or in live definitions: `100`, `0.5`, `.20`. */
export function isPlainNumber(text: string): boolean {
  return /^(?:\d+(?:\.\d+)?|\.\d+)$/.test(text);
}

/** More zeros than this would be unreadable. */
const maxZeros = 30;

/** A number in the spelling of the reference; unchanged if that would be very long. */
export function plainNumber(text: string): string {
  if (/^[1-9]\d*$/.test(text)) return text;
  const [, whole = '', fraction = '', power = '0'] =
    /^\+?(\d*)(?:\.(\d+))?(?:[eE]([+-]?\d+))?$/.exec(text) ?? [];
  const shift = Number(power);
  if (Math.abs(shift) > maxZeros) return text;
  const digits = `${'0'.repeat(Math.max(0, 1 - shift - whole.length))}${whole}${fraction}`;
  const point = digits.length - fraction.length + shift;
  const left = digits
    .slice(0, point)
    .padEnd(point, '0')
    .replace(/^0+(?=\d)/, '');
  const right = digits.slice(point);
  return right === '' ? left : `${left}.${right}`;
}
