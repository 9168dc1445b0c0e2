import type { Diagnostic, Severity } from '../../query/index.ts';
import { shown } from '../../tools/query-check.ts';
import type { Outcome, Report } from './outcome.ts';
import { type Problem, sentenceOn } from './problem.ts';

/*
 * Workflow commands of GitHub Actions, which show the diagnostics in place.
 *
 * Source of their form: GitHub's documentation of workflow commands, and what `@actions/core`
 * escapes.
 */

const commands: Record<Severity, string> = { error: 'error', warning: 'warning', hint: 'notice' };

/** One command per line: one for each diagnostic, and one for each file that can't be checked. */
export function inCommands({ reports, problems }: Outcome): string {
  return [
    ...problems.map(commandOfProblem),
    ...reports.flatMap((report) =>
      report.description.diagnostics.map((diagnostic) => commandOf(shown(diagnostic), report)),
    ),
  ].join('');
}

function commandOfProblem(problem: Problem): string {
  return command('error', { file: problem.name, line: problem.line }, sentenceOn(problem));
}

function commandOf(diagnostic: Diagnostic, { target, source }: Report): string {
  const { severity, code, message, help, line, column, start, end } = diagnostic;
  const text = help === undefined ? message : `${message} ${help}`;
  if (target.kind !== 'file') {
    const place = `Line ${line}, column ${column}: `;
    return command(commands[severity], { title: code }, place + text);
  }
  // Columns count only if everything is on one line.
  const isOnOneLine = !source.text.slice(start, end).includes('\n');
  const columns = isOnOneLine
    ? { col: column, endColumn: column + Math.max(1, end - start) - 1 }
    : {};
  return command(commands[severity], { file: target.path, line, ...columns, title: code }, text);
}

type Properties = Readonly<Record<string, string | number | undefined>>;

function command(name: string, properties: Properties, message: string): string {
  const written = Object.entries(properties).flatMap(([key, value]) =>
    value === undefined ? [] : [`${key}=${escapeProperty(String(value))}`],
  );
  const separator = written.length > 0 ? ' ' : '';
  return `::${name}${separator}${written.join(',')}::${escapeMessage(message)}\n`;
}

function escapeMessage(text: string): string {
  return text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A');
}

function escapeProperty(text: string): string {
  return escapeMessage(text).replaceAll(':', '%3A').replaceAll(',', '%2C');
}
