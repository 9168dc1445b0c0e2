import type { Literal } from './ast.ts';
import type { Findings } from './diagnostic.ts';
import { plainText } from './values.ts';

/*
 * Names and texts that hold what a reader does not see: only warnings, since what they are compared with
 * may hold it as well.
 */

/** Looks at the name of an event, a trait, a property, an entity or a source. */
export function lintName(literal: Literal, findings: Findings): void {
  // Nearly all are plain, and told at once.
  if (/^[!-~](?:[ -~]*[!-~])?$/.test(literal.text)) return;
  const name = plainText(literal);
  // An empty name is reported as such.
  if (name.trim() === '' || lintUnseen(literal, 'name', findings) || name === name.trim()) return;
  const place = name.trimStart() === name ? 'ends' : 'begins';
  findings.warn('blank-ends', literal, `The name ${place} with a blank.`, {
    help: 'Remove it, unless the name has it in Segment, too.',
  });
}

/** Looks at a text that something is compared with. */
export function lintText(literal: Literal, findings: Findings): void {
  if (/[^ -~]/.test(literal.text)) lintUnseen(literal, 'text', findings);
}

function lintUnseen(literal: Literal, what: 'name' | 'text', findings: Findings): boolean {
  const character = unseenIn(plainText(literal), what);
  if (character === undefined) return false;
  const code = character.codePointAt(0) ?? 0;
  const point = `U+${code.toString(16).toUpperCase().padStart(4, '0')}`;
  const looks =
    character.trim() === '' && code !== byteOrderMark ? 'looks like a space' : "can't be seen";
  findings.warn('unseen-character', literal, `The ${what} holds ${point}, which ${looks}.`, {
    help: `Type the ${what} again, unless it has this character in Segment, too.`,
  });
  return true;
}

const byteOrderMark = 0xfeff;

/** The first character of a text that is not seen for what it is. */
function unseenIn(text: string, what: 'name' | 'text'): string | undefined {
  const characters = [...text];
  return characters.find((character, index) => {
    if (character === ' ') return false;
    // In a text tabs and line breaks may be meant.
    if (character.trim() === '')
      return what === 'name' || character.codePointAt(0) === byteOrderMark;
    if (!/[\p{Cc}\p{Default_Ignorable_Code_Point}]/u.test(character)) return false;
    return !isPartOfLetter(characters[index - 1], character);
  });
}

/** Whether it belongs to the emoji, or to the letter of a script that is joined, before it. */
function isPartOfLetter(before: string | undefined, character: string): boolean {
  const code = character.codePointAt(0) ?? 0;
  const canJoin = code === 0x200c || code === 0x200d || code === 0xfe0f || code >= 0xe0020;
  return canJoin && before !== undefined && (before.codePointAt(0) ?? 0) > 0x2ff;
}
