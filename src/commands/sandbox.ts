import { once } from 'node:events';
import { ConfigError } from '../config/config.ts';
import { type Sandbox, type SandboxOptions, SeedError, start } from '../sandbox/start.ts';
import { systemReason } from '../text/system-reason.ts';
import { visible } from '../text/visible.ts';
import { RecordFile } from './sandbox/record-file.ts';
import { seedOfFile, seedRefused } from './sandbox/seed-of-file.ts';

/** What the command line asks for. */
export interface SandboxCommand extends Pick<SandboxOptions, 'edition'> {
  /** 0 for any free port. */
  port: number;
  /** The file of your own data. */
  seed?: string;
  /** The file that records every exchange as a line of JSON; `-` for stdout. */
  record?: string;
}

/** Where the output goes. */
export interface SandboxOutput {
  /** To stdout. */
  write: (text: string) => void;
  /** To stderr. */
  writeAside: (text: string) => void;
}

/**
 * Runs the sandbox on its own until SIGINT, SIGTERM, or Ctrl-Break on Windows. Messages for the
 * user go to stdout, or to stderr if the record goes to stdout.
 *
 * @throws {ConfigError} if the port is not available, or a file can't be used.
 */
export async function runSandbox(
  { seed, record, ...command }: SandboxCommand,
  { write, writeAside }: SandboxOutput,
): Promise<void> {
  const signals = ['SIGINT', 'SIGTERM', 'SIGBREAK'] as const;
  const stopped = Promise.race(signals.map((signal) => once(process, signal)));
  const show = record === '-' ? writeAside : write;
  const world = seed === undefined ? undefined : await seedOfFile(seed);
  const file = record === undefined || record === '-' ? undefined : await RecordFile.open(record);
  const addLine = (line: string) =>
    file?.add(line, (reason) => show(`The record can't be written (${reason}).\n`));
  const recordTo = record === '-' ? write : addLine;
  const options: SandboxOptions = {
    ...command,
    seed: world,
    log: ({ method, path, status, note }) =>
      show(`${visible(`${method} ${path} ${status}${note ? ` (${note})` : ''}`)}\n`),
    record: record === undefined ? undefined : (each) => recordTo(`${JSON.stringify(each)}\n`),
  };
  const sandbox = await startOrExplain(options, { port: command.port, seed });
  const spaces = sandbox.spaces.map(({ id, name }) => `  ${visible(id)}  ${visible(name)}`);
  show(`Segment sandbox on ${sandbox.url}, edition ${sandbox.edition}

Spaces:
${spaces.join('\n')}

To use it, set:
  SEGMENT_API_URL=${sandbox.url}
  SEGMENT_API_TOKEN=sandbox-token   (any token of 8 characters or more works)
  SEGMENT_SPACE_ID=${sandbox.spaces[0]?.id}

Stop it with Ctrl-C.

`);
  await stopped;
  await sandbox.close();
  await file?.close();
}

async function startOrExplain(
  options: SandboxOptions,
  { port, seed }: Pick<SandboxCommand, 'port' | 'seed'>,
): Promise<Sandbox> {
  try {
    return await start(options);
  } catch (error) {
    if (error instanceof SeedError && seed !== undefined) throw seedRefused(seed, error);
    const reason = systemReason(error);
    throw new ConfigError([`--port ${port} is not available (${reason}): choose another.`]);
  }
}
