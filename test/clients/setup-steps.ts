import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import type { TestedProgram } from './client.ts';
import { runAtHome } from './command-line.ts';
import { type Outcomes, recordOutcomes } from './outcomes.ts';

/*
 * What every program with a file of its own has to manage: to find the server that `setup` put
 * there, and the one that its own command added.
 */

const mainFile = resolve('dist/main.js');

/** Lets `setup` configure a program, each time in a new home, and the program find the server. */
export async function runSetupSteps(program: TestedProgram): Promise<Outcomes> {
  const { outcomes, step } = recordOutcomes();
  const { file, hasAddCommand } = program;
  await step('setup', () =>
    inNewHome(program, (home) =>
      file === 'written' ? findWritten(program, home) : findPrinted(program, home, file.path),
    ),
  );
  if (hasAddCommand) {
    await step('add command', () => inNewHome(program, (home) => findAdded(program, home)));
  }
  return outcomes;
}

async function inNewHome(
  { prepare }: TestedProgram,
  act: (home: string) => Promise<void>,
): Promise<void> {
  const home = realpathSync(mkdtempSync(join(tmpdir(), 'segment-home-')));
  try {
    prepare?.(home);
    await act(home);
  } finally {
    // A program may still be writing its logs.
    rmSync(home, { recursive: true, force: true, maxRetries: 5 });
  }
}

/** `setup --write`, and `--remove` again. */
async function findWritten(program: TestedProgram, home: string): Promise<void> {
  await expectConnected(program, home, false);
  await setup(program, home, '--write --yes');
  await expectConnected(program, home, true);
  await setup(program, home, '--remove --yes');
  await expectConnected(program, home, false);
}

/** The block that `setup` prints, in the program's file. */
async function findPrinted(program: TestedProgram, home: string, path: string): Promise<void> {
  const [, block] = /^File: [^\n]*\n\n(.*?)\n\n/ms.exec(await setup(program, home)) ?? [];
  if (block === undefined) throw new Error('setup prints no block');
  await expectConnected(program, home, false);
  const file = join(home, path);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, `${block}\n`);
  await expectConnected(program, home, true);
}

/** The program's own command, as `setup` prints it. */
async function findAdded(program: TestedProgram, home: string): Promise<void> {
  const [, line] = /its own command:\n(.+)/.exec(await setup(program, home)) ?? [];
  if (line === undefined) throw new Error('setup prints no command');
  await runAtHome(home, line);
  await expectConnected(program, home, true);
}

function setup({ setupName }: TestedProgram, home: string, flags = ''): Promise<string> {
  const words = [process.execPath, mainFile].map((word) => JSON.stringify(word));
  return runAtHome(home, `${words.join(' ')} setup ${setupName} --sandbox ${flags}`);
}

async function expectConnected(
  program: TestedProgram,
  home: string,
  expected: boolean,
): Promise<void> {
  const printed = await program.list(home);
  if (program.isConnected(printed) === expected) return;
  throw new Error(`${expected ? 'not connected' : 'connected too early or too long'}: ${printed}`);
}
