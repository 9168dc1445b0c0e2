import type { Literal } from './ast.ts';
import type { Findings } from './diagnostic.ts';
import { plainText } from './values.ts';

/*
 * Names and strings with characters that a reader does not see: warnings only, because the data may
 * contain them as well.
 */

/** Checks the name of an event, a trait, a property, an entity or a source. */
export function lintName(literal: Literal, findings: Findings): void {
  // The fast path: nearly all names are plain.
  if (/^[!-~](?:[ -~]*[!-~])?$/.test(literal.text)) return;
  const name = plainText(literal);
  // An empty name is reported as such.
  if (name.trim() === '' || lintUnseen(literal, 'name', findings) || name === name.trim()) return;
  const place = name.trimStart() === name ? 'ends' : 'starts';
  findings.warn('blank-ends', literal, `The name ${place} with a space.`, {
    help: 'Remove it, unless the name in Segment has it too.',
  });
}

/** Checks a string that something is compared with. */
export function lintText(literal: Literal, findings: Findings): void {
  if (/[^ -~]/.test(literal.text)) lintUnseen(literal, 'string', findings);
}

function lintUnseen(literal: Literal, what: 'name' | 'string', findings: Findings): boolean {
  const character = unseenIn(plainText(literal), what);
  if (character === undefined) return false;
  const code = character.codePointAt(0) ?? 0;
  const point = `U+${code.toString(16).toUpperCase().padStart(4, '0')}`;
  const looks =
    character.trim() === '' && code !== byteOrderMark ? 'looks like a space' : 'is invisible';
  findings.warn('unseen-character', literal, `The ${what} contains ${point}, which ${looks}.`, {
    help: `Retype the ${what}, unless it has this character in Segment too.`,
  });
  return true;
}

const byteOrderMark = 0xfeff;

/** The first character of a text that is invisible or looks like another. */
function unseenIn(text: string, what: 'name' | 'string'): string | undefined {
  const characters = [...text];
  return characters.find((character, index) => {
    if (character === ' ') return false;
    // In a string, tabs and line breaks may be intended.
    if (character.trim() === '')
      return what === 'name' || character.codePointAt(0) === byteOrderMark;
    if (!/[\p{Cc}\p{Default_Ignorable_Code_Point}]/u.test(character)) return false;
    return !isPartOfLetter(characters[index - 1], character);
  });
}

/** Whether it is part of the preceding emoji, or of a letter in a joining script. */
function isPartOfLetter(before: string | undefined, character: string): boolean {
  const code = character.codePointAt(0) ?? 0;
  const canJoin = code === 0x200c || code === 0x200d || code === 0xfe0f || code >= 0xe0020;
  return canJoin && before !== undefined && (before.codePointAt(0) ?? 0) > 0x2ff;
}
