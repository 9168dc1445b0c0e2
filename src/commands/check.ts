import { text } from 'node:stream/consumers';
import { describeQuery, type Level } from '../query/index.ts';
import type { reportFormats } from '../usage.ts';
import { fixSource } from './check/fix.ts';
import { inCommands } from './check/github.ts';
import { exitCodeOf, type Outcome, type Report } from './check/outcome.ts';
import { sentenceOn } from './check/problem.ts';
import { inJson, inWords } from './check/report.ts';
import { inSarif } from './check/sarif.ts';
import { placeInText, readSource, type Source } from './check/source.ts';
import { findTargets, nameOf, type Target } from './check/targets.ts';
import { FileError, readText, rewriteText } from './text-files.ts';

/** The formats of the report: for people, for scripts, for GitHub Actions, for code scanning. */
export type ReportFormat = (typeof reportFormats)[number];

export interface CheckCommand {
  /** A definition, files and file patterns, or `-` for standard input. */
  words: readonly string[];
  /** The level of definitions that do not set their own. */
  type: Level;
  format: ReportFormat;
  /** Whether to count the sample profiles that match. */
  sandbox: boolean;
  /** Whether to apply fixes: files are rewritten, any other definition is printed. */
  fix: boolean;
}

/** Where the output goes. */
export interface Output {
  write: (text: string) => void;
  /** Receives everything except the result itself. */
  writeAside: (text: string) => void;
  /** Whether it is a terminal that shows colors. */
  color: boolean;
}

/**
 * Checks definitions from a shell.
 *
 * @returns the exit code: 0 if all are valid, 1 if any is not, 3 if any was not checked, 2 if any
 * can't be read.
 */
export async function runCheck(command: CheckCommand, output: Output): Promise<number> {
  const outcome = await checkAll(command, output);
  for (const problem of outcome.problems) output.writeAside(`${sentenceOn(problem)}\n`);
  // A fixed definition is printed alone, so that it can be piped on.
  const printsText = command.fix && outcome.reports.some(({ target }) => target.kind !== 'file');
  if (printsText) output.writeAside(written(outcome, command.format, false));
  else output.write(written(outcome, command.format, output.color));
  return exitCodeOf(outcome);
}

function written(outcome: Outcome, format: ReportFormat, color: boolean): string {
  switch (format) {
    case 'text':
      return inWords(outcome, color);
    case 'json':
      return inJson(outcome);
    case 'github':
      return inCommands(outcome);
    case 'sarif':
      return inSarif(outcome);
  }
}

async function checkAll(command: CheckCommand, output: Output): Promise<Outcome> {
  const { targets, problems } = await findTargets(command.words);
  const reports: Report[] = [];
  for (const target of targets) {
    try {
      reports.push(await checkTarget(target, command, output));
    } catch (error) {
      if (!(error instanceof FileError)) throw error;
      const { message: reason, line } = error;
      problems.push({ name: nameOf(target), reason, line });
    }
  }
  return { reports, problems };
}

async function checkTarget(
  target: Target,
  command: CheckCommand,
  { write }: Output,
): Promise<Report> {
  switch (target.kind) {
    case 'argument':
      return checkSource(target, target.text, command, (fixed) => write(`${fixed}\n`));
    case 'stdin':
      return checkSource(target, await text(process.stdin), command, write);
    case 'file': {
      const { text: content, mark } = await readText(target.path);
      return checkSource(target, content, command, async (fixed) => {
        if (fixed !== content) await rewriteText(target.path, mark + fixed);
      });
    }
  }
}

/** @param keep receives the text with its fixes applied, if that was requested. */
async function checkSource(
  target: Target,
  given: string,
  command: CheckCommand,
  keep: (fixed: string) => Promise<void> | void,
): Promise<Report> {
  const source = readSource(given);
  const type = source.type ?? command.type;
  if (!command.fix) return reportOn(target, source, type, command);
  const fixed = fixSource(source, type);
  await keep(fixed.source.text);
  return { ...(await reportOn(target, fixed.source, type, command)), fixes: fixed.fixes };
}

async function reportOn(
  target: Target,
  source: Source,
  type: Level,
  { sandbox }: CheckCommand,
): Promise<Report> {
  const { definition } = source;
  const found = describeQuery(definition, type);
  const diagnostics = found.diagnostics.map((diagnostic) => placeInText(diagnostic, source));
  const sample = sandbox && found.valid ? await countSample(definition, type) : undefined;
  return { target, source, type, description: { ...found, diagnostics }, sample };
}

async function countSample(query: string, type: Level): Promise<Report['sample']> {
  const { countInSample } = await import('../sandbox/count.ts');
  return countInSample({ query, type }, Date.now());
}
