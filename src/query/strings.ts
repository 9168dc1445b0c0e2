/*
 * The contents of strings. A backslash escapes the character after it, so a quote is escaped only
 * after an odd number of backslashes.
 */

/** A text as a string in straight single quotes, with escaped quotes. */
export function quote(text: string): string {
  return `'${text.replace(/\\[\s\S]|'/g, (piece) => (piece === "'" ? "\\'" : piece))}'`;
}

/** What the text between quotes stands for: only an escaped quote differs. */
export function unquoted(text: string): string {
  if (!text.includes('\\')) return text;
  return text.replace(/\\[\s\S]/g, (piece) => (piece === "\\'" ? "'" : piece));
}

/** A dot that leads into a nested value: one without a backslash. */
export const nestingDot = /(?<!\\)\./;

/** Whether a name leads into a nested value. */
export function isNestedName(name: string): boolean {
  return nestingDot.test(name);
}

/** A name without the backslashes before its dots. The lookbehind keeps it linear. */
export function withPlainDots(name: string): string {
  return name.replace(/(?<!\\)\\+\./g, '.');
}

/** The steps of a path; a dot after a backslash is part of a name. */
export function stepsOf(path: string): string[] {
  return path.split(/(?<!\\)\./);
}
