import { isAbsolute } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Diagnostic, Severity } from '../../query/index.ts';
import { visibleJson } from '../../text/visible.ts';
import { shown } from '../../tools/query-check.ts';
import { name, version } from '../../version.ts';
import type { Outcome, Report } from './outcome.ts';
import { type Problem, sentenceOn } from './problem.ts';
import { placeOf } from './source.ts';

/*
 * The results as SARIF 2.1.0, which code scanning and editors read.
 *
 * Source: OASIS Standard, Static Analysis Results Interchange Format (SARIF) Version 2.1.0.
 */

const levels: Record<Severity, string> = { error: 'error', warning: 'warning', hint: 'note' };

/** A log with one run. */
export function inSarif({ reports, problems }: Outcome): string {
  const codes = reports.flatMap(({ description }) =>
    description.diagnostics.map(({ code }) => code),
  );
  const rules = [...new Set(codes)].sort();
  const run = {
    tool: { driver: { name, version, rules: rules.map(ruleOf) } },
    columnKind: 'utf16CodeUnits',
    invocations: [
      {
        executionSuccessful: problems.length === 0,
        toolExecutionNotifications: problems.map(notificationOf),
      },
    ],
    artifacts: reports.map(artifactOf),
    results: reports.flatMap((report, index) =>
      report.description.diagnostics.map((diagnostic) =>
        resultOf(shown(diagnostic), report, index, rules),
      ),
    ),
  };
  const schema = 'https://json.schemastore.org/sarif-2.1.0.json';
  return `${visibleJson({ $schema: schema, version: '2.1.0', runs: [run] })}\n`;
}

function ruleOf(code: string) {
  const words = code.replaceAll('-', ' ');
  const text = words.slice(0, 1).toUpperCase() + words.slice(1);
  return {
    id: code,
    shortDescription: { text },
    fullDescription: {
      text: `${text}, according to the reference of Segment's audience query language`,
    },
  };
}

/** A file by its path; any other definition by its text. */
function artifactOf({ target, source }: Report) {
  return target.kind === 'file'
    ? { location: { uri: uriOf(target.path) } }
    : { contents: { text: source.text } };
}

function resultOf(
  diagnostic: Diagnostic,
  { target, source }: Report,
  index: number,
  rules: readonly string[],
) {
  const { severity, code, message, help, fix } = diagnostic;
  const artifactLocation = target.kind === 'file' ? { uri: uriOf(target.path), index } : { index };
  return {
    ruleId: code,
    ruleIndex: rules.indexOf(code),
    level: levels[severity],
    message: { text: help === undefined ? message : `${message} ${help}` },
    locations: [
      { physicalLocation: { artifactLocation, region: regionOf(diagnostic, source.text) } },
    ],
    fixes: fix && [
      {
        artifactChanges: [
          {
            artifactLocation,
            replacements: [
              {
                deletedRegion: regionOf(fix, source.text),
                insertedContent: { text: fix.text },
              },
            ],
          },
        ],
      },
    ],
  };
}

function notificationOf(problem: Problem) {
  return { level: 'error', message: { text: sentenceOn(problem) } };
}

/** Lines and columns from 1; the end is after the last character. */
function regionOf({ start, end }: { start: number; end: number }, text: string) {
  const [from, to] = [placeOf(start, text), placeOf(end, text)];
  return {
    startLine: from.line,
    startColumn: from.column,
    endLine: to.line,
    endColumn: to.column,
  };
}

/** Relative to the working folder, unless the path is absolute. */
function uriOf(file: string): string {
  if (isAbsolute(file)) return pathToFileURL(file).href;
  return file.replaceAll('\\', '/').split('/').map(encodeURIComponent).join('/');
}
