import { text } from 'node:stream/consumers';
import type { Level, QueryDescription } from '../query/index.ts';
import { shown } from '../tools/query-check.ts';
import { visible, visibleJson } from '../visible.ts';

export interface CheckCommand {
  /** The definition, or `-` for standard input. */
  query: string;
  type: Level;
  /** Whether to print the same JSON as the tool `check_audience_query`. */
  json: boolean;
  /** Whether to count the sample profiles that match. */
  sandbox: boolean;
}

/** Where the answer goes. */
export interface Output {
  write: (text: string) => void;
  /** Whether it is a terminal that shows colours. */
  colour: boolean;
}

/** Checks a definition from a shell. @returns the exit code: 0 valid, 1 invalid, 3 not checked. */
export async function runCheck(command: CheckCommand, output: Output): Promise<number> {
  const { describeQuery } = await import('../query/index.ts');
  const query = command.query === '-' ? (await text(process.stdin)).trimEnd() : command.query;
  const description = describeQuery(query, command.type);
  const sample =
    command.sandbox && description.valid ? await countSample(query, command.type) : undefined;
  if (command.json) output.write(`${visibleJson({ ...description, sample })}\n`);
  else output.write(`${await inWords(query, description, sample, output.colour)}\n`);
  return exitCodeOf(description);
}

function exitCodeOf({ checked, valid }: QueryDescription): number {
  if (!checked) return 3;
  return valid ? 0 : 1;
}

interface SampleCount {
  matches: number;
  of: number;
}

async function countSample(query: string, type: Level): Promise<SampleCount> {
  const { countInSample } = await import('../sandbox/count.ts');
  return countInSample({ query, type }, Date.now());
}

async function inWords(
  query: string,
  description: QueryDescription,
  sample: SampleCount | undefined,
  colour: boolean,
): Promise<string> {
  const { maxPrimaryExpressions, render } = await import('../query/index.ts');
  const { checked, valid, diagnostics, formatted, explanation, computeCadence } = description;
  const lines = diagnostics.map((diagnostic) => `${render(query, shown(diagnostic), colour)}\n`);
  if (!checked) {
    lines.push('not checked');
  } else if (!valid || computeCadence === undefined) {
    lines.push('not valid');
  } else {
    const reasons = computeCadence.reasons.map((reason) => `, because ${reason}`).join('');
    lines.push(
      `valid, ${description.primaryExpressions} of ${maxPrimaryExpressions} conditions`,
      visible(`${explanation?.replaceAll('**', '')}`),
      visible(`formatted: ${formatted}`),
      `computed: ${computeCadence.type}${reasons}`,
    );
  }
  if (sample) lines.push(`matches ${sample.matches} of ${sample.of} in the sample data`);
  return lines.join('\n');
}
