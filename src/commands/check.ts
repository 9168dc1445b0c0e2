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

/** Checks a definition from a shell. @returns whether it is valid. */
export async function runCheck(command: CheckCommand, output: Output): Promise<boolean> {
  const { describeQuery } = await import('../query/index.ts');
  const query = command.query === '-' ? (await text(process.stdin)).trimEnd() : command.query;
  const description = describeQuery(query, command.type);
  const sample =
    command.sandbox && description.computeCadence && description.valid
      ? await countSample(query, command.type)
      : undefined;
  if (command.json) output.write(`${visibleJson({ ...description, sample })}\n`);
  else output.write(`${await inWords(query, command.type, description, sample, output.colour)}\n`);
  return description.valid;
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
  type: Level,
  description: QueryDescription,
  sample: SampleCount | undefined,
  colour: boolean,
): Promise<string> {
  const { maxPrimaryExpressions, render } = await import('../query/index.ts');
  const { explainInShell } = await import('./explained.ts');
  const { valid, diagnostics, formatted, computeCadence } = description;
  const lines = diagnostics.map((diagnostic) => `${render(query, shown(diagnostic), colour)}\n`);
  if (!valid) {
    lines.push('not valid');
  } else if (computeCadence === undefined) {
    lines.push('not checked');
  } else {
    const reasons = computeCadence.reasons.map((reason) => `, because ${reason}`).join('');
    lines.push(
      `valid, ${description.primaryExpressions} of ${maxPrimaryExpressions} conditions`,
      explainInShell(query, type, colour),
      visible(`formatted: ${formatted}`),
      `computed: ${computeCadence.type}${reasons}`,
    );
  }
  if (sample) lines.push(`matches ${sample.matches} of ${sample.of} in the sample data`);
  return lines.join('\n');
}
