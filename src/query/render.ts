import type { Diagnostic, Severity } from './diagnostic.ts';

const reset = '\u001b[0m';
const colors: Record<Severity, string> = {
  error: '\u001b[31m',
  warning: '\u001b[33m',
  hint: '\u001b[36m',
};

const unseen = /[\p{Cc}\p{Cs}\p{Default_Ignorable_Code_Point}\u2028\u2029\ufff9-\ufffb]/gu;

/** If a line is longer, only the part around the place is shown. */
const maxLineChars = 100;

/**
 * A diagnostic as a person reads it: what is wrong, the line with the place marked, what to do.
 *
 * @param color whether to use terminal colors.
 * @param place an optional `file:line:column` to start with, as compilers do.
 */
export function render(query: string, diagnostic: Diagnostic, color = false, place = ''): string {
  const { severity, code, message, line, column, help } = diagnostic;
  const paint = (text: string) => (color ? `${colors[severity]}${text}${reset}` : text);
  const whole = query.split('\n')[line - 1] ?? '';
  const last = Math.max(0, whole.length - maxLineChars);
  const from = Math.min(last, Math.max(0, column - 1 - maxLineChars / 2));
  // Invisible characters, and those that change the text direction, become spaces, so that the
  // marks below stay aligned.
  const shown = whole
    .slice(from, from + maxLineChars)
    .replace(unseen, (found) => ' '.repeat(found.length));
  const at = column - 1 - from;
  const length = Math.max(1, Math.min(diagnostic.end - diagnostic.start, shown.length - at));
  const gutter = String(line);
  const blank = ' '.repeat(gutter.length);
  const lines = [
    place
      ? `${place}: ${paint(`${severity} ${code}`)} ${message}`
      : `${paint(`${severity}[${code}]`)}: ${message}`,
    `${gutter} | ${from > 0 ? '…' : ''}${shown}${from + maxLineChars < whole.length ? '…' : ''}`,
    `${blank} | ${' '.repeat(at + (from > 0 ? 1 : 0))}${paint('^'.repeat(length))}`,
  ];
  if (help) lines.push(`${blank} = ${help}`);
  return lines.join('\n');
}
