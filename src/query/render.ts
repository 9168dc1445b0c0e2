import type { Diagnostic, Severity } from './diagnostic.ts';

const reset = '\u001b[0m';
const colours: Record<Severity, string> = {
  error: '\u001b[31m',
  warning: '\u001b[33m',
  hint: '\u001b[36m',
};

const unseen = /[\p{Cc}\p{Cs}\p{Default_Ignorable_Code_Point}\u2028\u2029\ufff9-\ufffb]/gu;

/** Wider than this, only the part of a line around the place is shown. */
const widestLine = 100;

/**
 * A diagnostic as a person reads it: what is wrong, the line with the place marked, what to do.
 *
 * @param colour whether to mark it in the colours of a terminal.
 */
export function render(query: string, diagnostic: Diagnostic, colour = false): string {
  const { severity, code, message, line, column, help } = diagnostic;
  const paint = (text: string) => (colour ? `${colours[severity]}${text}${reset}` : text);
  const text = query.split('\n')[line - 1] ?? '';
  const last = Math.max(0, text.length - widestLine);
  const from = Math.min(last, Math.max(0, column - 1 - widestLine / 2));
  // What can't be seen, or turns a line around, becomes a blank: the marks below stay in their place.
  const shown = text
    .slice(from, from + widestLine)
    .replace(unseen, (found) => ' '.repeat(found.length));
  const at = column - 1 - from;
  const length = Math.max(1, Math.min(diagnostic.end - diagnostic.start, shown.length - at));
  const gutter = String(line);
  const blank = ' '.repeat(gutter.length);
  const lines = [
    `${paint(`${severity}[${code}]`)}: ${message}`,
    `${gutter} | ${from > 0 ? '…' : ''}${shown}${from + widestLine < text.length ? '…' : ''}`,
    `${blank} | ${' '.repeat(at + (from > 0 ? 1 : 0))}${paint('^'.repeat(length))}`,
  ];
  if (help) lines.push(`${blank} = ${help}`);
  return lines.join('\n');
}
