/*
 * What is between the quotes of a string. A backslash takes the character after it along, so a
 * quote is escaped only after an odd number of backslashes.
 */

/** A string in straight single quotes, written so that it ends where it should. */
export function quote(text: string): string {
  return `'${text.replace(/\\[\s\S]|'/g, (piece) => (piece === "'" ? "\\'" : piece))}'`;
}

/** What the text between quotes stands for: only a quote that is escaped is not what is written. */
export function unquoted(text: string): string {
  if (!text.includes('\\')) return text;
  return text.replace(/\\[\s\S]/g, (piece) => (piece === "\\'" ? "'" : piece));
}

/** Where the dots of a name lead into a nested value: those without a backslash. */
export const nestingDot = /(?<!\\)\./;

/** Whether a name leads into a nested value. */
export function isNestedName(name: string): boolean {
  return nestingDot.test(name);
}

/** A name whose dots were escaped, without the backslashes. The look-behind keeps it linear. */
export function withPlainDots(name: string): string {
  return name.replace(/(?<!\\)\\+\./g, '.');
}

/** The steps of a path: a dot after a backslash belongs to a name. */
export function stepsOf(path: string): string[] {
  return path.split(/(?<!\\)\./);
}
