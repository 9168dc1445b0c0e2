import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { delimiter, join } from 'node:path';
import { text } from 'node:stream/consumers';
import { stripVTControlCharacters } from 'node:util';

const binFolder = join(import.meta.dirname, 'node_modules/.bin');

/**
 * Runs a command of the packages installed here; gives stdout, or stderr where that is empty.
 *
 * @param env is added to what such a command needs of ours.
 */
export function runCommand(
  name: string,
  args: string[],
  env: Record<string, string> = {},
): Promise<string> {
  return runProgram(join(binFolder, name), args, env);
}

/** The same for any program. */
export async function runProgram(
  path: string,
  args: string[],
  env: Record<string, string> = {},
): Promise<string> {
  const child = spawn(path, args, {
    env: { PATH: process.env.PATH, HOME: process.env.HOME, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const [stdout, stderr] = await Promise.all([text(child.stdout), text(child.stderr)]);
  return stdout || stderr;
}

/**
 * Runs a command line in a home of its own, as a user of the packages installed here would.
 *
 * @param home is HOME and the current folder.
 * @returns everything it printed. @throws {Error} with that, unless its exit code is 0.
 */
export async function runAtHome(home: string, line: string): Promise<string> {
  const child = spawn(line, {
    cwd: home,
    env: homeEnvironment(home),
    shell: true,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const exited = once(child, 'exit');
  const printed = (await Promise.all([text(child.stdout), text(child.stderr)])).join('');
  const [code] = await exited;
  if (code !== 0) throw new Error(`${line}: exit code ${code}: ${printed}`);
  return stripVTControlCharacters(printed);
}

/** The environment of a user with this home, and without settings of ours. */
export function homeEnvironment(home: string): Record<string, string> {
  return {
    PATH: [binFolder, process.env.PATH].join(delimiter),
    HOME: home,
    NO_COLOR: '1',
    // No statistics and no updates from a test.
    CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC: '1',
    OPENCODE_DISABLE_AUTOUPDATE: '1',
  };
}
