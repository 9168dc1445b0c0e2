import { maxPrimaryExpressions, render } from '../../query/index.ts';
import { visible, visibleJson } from '../../text/visible.ts';
import { shown } from '../../tools/query-check.ts';
import { explainInShell } from '../explained.ts';
import { type Outcome, type Report, type Verdict, verdictOn } from './outcome.ts';

/*
 * The results, for people and, as JSON, for scripts.
 */

/**
 * Every definition with its diagnostics, and a summary if there are several. Positions in files are
 * written as compilers do.
 *
 * @param color whether to mark them in the colors of a terminal.
 */
export function inWords({ reports, problems }: Outcome, color: boolean): string {
  const blocks = reports.map((report) => blockOf(report, color));
  if (reports.length > 0 && reports.length + problems.length > 1) blocks.push([summaryOf(reports)]);
  return blocks.map((lines) => `${lines.join('\n')}\n`).join('\n');
}

/** The same as the tool `check_audience_query` returns; for files a list, with the name of each. */
export function inJson({ reports }: Outcome): string {
  const [first] = reports;
  if (first && first.target.label === undefined) return `${jsonOf(first)}\n`;
  return `[${reports.map(jsonOf).join(',\n')}]\n`;
}

function jsonOf({ target, type, description, sample, fixes }: Report): string {
  const ofFile = target.label === undefined ? {} : { file: target.label, type };
  return visibleJson({ ...ofFile, ...description, sample, fixes });
}

function blockOf(report: Report, color: boolean): string[] {
  const { target, source, description, sample } = report;
  const name = visible(target.label ?? '');
  const lines = description.diagnostics.map((diagnostic) => {
    const place = name && `${name}:${diagnostic.line}:${diagnostic.column}`;
    return `${render(source.text, shown(diagnostic), color, place)}\n`;
  });
  lines.push(`${name && `${name}: `}${headOf(report)}`);
  const { formatted, computeCadence } = description;
  if (verdictOn(report) === 'valid' && computeCadence) {
    const reasons = computeCadence.reasons.map((reason) => `, because ${reason}`).join('');
    lines.push(
      explainInShell(source.definition, report.type, color),
      visible(`formatted: ${formatted}`),
      `computed: ${computeCadence.type}${reasons}`,
    );
  }
  if (sample) lines.push(`matches ${sample.matches} of ${sample.of} in the sample data`);
  return lines;
}

function headOf(report: Report): string {
  const { description, fixes = 0 } = report;
  const verdict = verdictOn(report);
  const parts: string[] = [verdict];
  if (verdict === 'valid') {
    parts.push(`${description.primaryExpressions} of ${maxPrimaryExpressions} conditions`);
  }
  if (fixes > 0) parts.push(`${fixes} ${fixes === 1 ? 'fix' : 'fixes'} applied`);
  return parts.join(', ');
}

function summaryOf(reports: readonly Report[]): string {
  const verdicts: Verdict[] = ['valid', 'not valid', 'not checked'];
  const counts = verdicts.map((verdict) => ({
    verdict,
    count: reports.filter((report) => verdictOn(report) === verdict).length,
  }));
  const named = counts.filter(({ count }) => count > 0);
  const files = `${reports.length} ${reports.length === 1 ? 'file' : 'files'} checked`;
  return [files, ...named.map(({ verdict, count }) => `${count} ${verdict}`)].join(', ');
}
