import fc from 'fast-check';

/*
 * Strings and values that nobody sensible writes: of any length, and of characters that grow when they
 * are shown.
 */

const units = [
  'x',
  'é',
  '"',
  '\\',
  '\n',
  '\u0000',
  '\u200b',
  '\u202e',
  '😀',
  '\ud800',
  '\u{e0041}',
];
const lengths = [0, 1, 100, 255, 1000, 1999, 2000, 2001, 5000, 30_000, 70_000];

/** @param maxUnits how long a text may be, in units of one or two characters. */
export const wildText = (maxUnits = Number.POSITIVE_INFINITY): fc.Arbitrary<string> =>
  fc
    .tuple(
      fc.constantFrom(...units),
      fc.constantFrom(...lengths.filter((length) => length <= maxUnits)),
    )
    .map(([unit, length]) => unit.repeat(length));

/**
 * Any text at all, for `fc.string`. Its own unit `binary` makes a table of all of Unicode first, which takes longer
 * than most properties.
 */
export const anyCharacter = fc
  .integer({ min: 0, max: 0x10ffff })
  .map((point) => String.fromCodePoint(point));

/** A value that a field may have that we know nothing of. */
export const wildValue = fc.oneof(
  wildText(),
  fc.array(wildText(5000), { maxLength: 40 }),
  fc.dictionary(fc.constantFrom('a', 'b', 'x'.repeat(5000)), wildText(5000)),
  fc.constantFrom(null, 0, true),
);
