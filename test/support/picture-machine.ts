import type { PictureMachine, PictureOutput } from '../../src/commands/pictures/run.ts';
import type { Environment } from '../../src/config/config.ts';
import { connect } from '../../src/connect.ts';
import { ManualClock } from './manual-clock.ts';

/** What a run wrote, and how it ended. */
export interface PictureRun {
  code: number;
  stdout: string;
  stderr: string;
}

/** How a run differs from the usual one. */
export interface PictureRunOptions {
  environment?: Environment;
  clock?: ManualClock;
  isTerminal?: boolean;
}

/** Runs `graph` or `report` on a machine of the test's own. */
export async function runWith(
  run: (machine: PictureMachine, output: PictureOutput) => Promise<number>,
  { environment = {}, clock = new ManualClock(), isTerminal = false }: PictureRunOptions = {},
): Promise<PictureRun> {
  const written = { stdout: '', stderr: '' };
  const machine: PictureMachine = {
    environment,
    clock,
    connect: (config, redactor) => connect(config, { clock, random: () => 0 }, redactor, () => {}),
  };
  const output: PictureOutput = {
    async write(text) {
      written.stdout += text;
    },
    writeAside(text) {
      written.stderr += text;
    },
    isTerminal,
  };
  const code = await run(machine, output);
  return { code, ...written };
}
