import { fork } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { text } from 'node:stream/consumers';
import * as z from 'zod';
import type { TestedClient, TestedProgram } from './client.ts';
import { clientsFolder, prepare } from './install.ts';
import { type StepName, stepNames } from './outcomes.ts';

/*
 * `npm run clients`: drives other people's MCP clients against the built server and its sandbox, and
 * prints what came of it. `npm run clients -- mastra genkit`: only those named. Installs them first,
 * which takes two minutes and 2.5 GB. Ends with exit code 0 only if every step went well.
 */

const maxClientMs = 120_000;

const outcomesSchema = z.partialRecord(z.enum(stepNames), z.string());

interface Row {
  client: string;
  version: string;
  outcomes: Partial<Record<StepName, string>>;
  /** What made the whole run fail. */
  failure?: string;
  /** Why it was not driven. */
  skipped?: string;
}

prepare();
const all = readdirSync(join(clientsFolder, 'clients')).map((file) => basename(file, '.ts'));
const wanted = process.argv.slice(2);
const unknown = wanted.filter((name) => !all.includes(name));
if (unknown.length > 0) throw new Error(`No such client: ${unknown}. There are ${all.join(', ')}.`);

const rows: Row[] = [];
for (const name of wanted.length > 0 ? wanted : all) rows.push(await drive(name));
print(rows);
process.exitCode = rows.every(wentWell) ? 0 : 1;

async function drive(name: string): Promise<Row> {
  const { client }: { client: TestedClient | TestedProgram } = await import(`./clients/${name}.ts`);
  const { packageName } = client;
  const version = versionOf(packageName);
  if (version === undefined) {
    return { client: packageName, version: '–', outcomes: {}, skipped: 'not for this platform' };
  }
  const row = { client: packageName, version, outcomes: {} };
  const stateFolder = mkdtempSync(join(tmpdir(), 'segment-clients-'));
  const child = fork(join(clientsFolder, 'one.ts'), [name, stateFolder], {
    execArgv: ['--import', 'tsx'],
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    timeout: maxClientMs,
  });
  let sent: unknown;
  child.on('message', (message) => {
    sent = message;
  });
  const printed = Promise.all([child.stdout, child.stderr].map((stream) => stream && text(stream)));
  await once(child, 'exit');
  rmSync(stateFolder, { recursive: true, force: true });
  const outcomes = outcomesSchema.safeParse(sent);
  if (outcomes.success) return { ...row, outcomes: outcomes.data };
  return { ...row, failure: (await printed).join('\n').slice(-2_000) || 'it did not end in time' };
}

/** Undefined if it is not installed, as an optional package of another platform is. */
function versionOf(packageName: string): string | undefined {
  const file = join(clientsFolder, 'node_modules', packageName, 'package.json');
  if (!existsSync(file)) return undefined;
  return z.object({ version: z.string() }).parse(JSON.parse(readFileSync(file, 'utf8'))).version;
}

function wentWell({ outcomes, failure }: Row): boolean {
  return failure === undefined && Object.values(outcomes).every((outcome) => outcome === 'ok');
}

function print(table: readonly Row[]): void {
  const lines = [
    `| client | version | ${stepNames.join(' | ')} |`,
    `|${'---|'.repeat(stepNames.length + 2)}`,
  ];
  const notes: string[] = [];
  for (const { client, version, outcomes, failure, skipped } of table) {
    const cells = stepNames.map((step) => cell(outcomes[step], failure));
    lines.push(`| \`${client}\` | ${version} | ${cells.join(' | ')} |`);
    if (failure ?? skipped) notes.push(`${client}: ${failure ?? skipped}`);
    for (const [step, outcome] of Object.entries(outcomes)) {
      if (outcome !== 'ok') notes.push(`${client}, ${step}: ${outcome}`);
    }
  }
  process.stdout.write(`${[...lines, '', ...notes].join('\n')}\n`);
}

function cell(outcome: string | undefined, failure: string | undefined): string {
  if (failure) return 'failed';
  if (outcome === undefined) return '–';
  return outcome === 'ok' ? 'ok' : 'failed';
}
