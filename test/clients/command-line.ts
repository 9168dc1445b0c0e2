import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';

/**
 * Runs a command of the packages installed here; gives stdout, or stderr where that is empty.
 *
 * @param env is added to what such a command needs of ours.
 */
export async function runCommand(
  name: string,
  args: string[],
  env: Record<string, string> = {},
): Promise<string> {
  const file = join(import.meta.dirname, 'node_modules/.bin', name);
  const child = spawn(file, args, {
    env: { PATH: process.env.PATH, HOME: process.env.HOME, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const [stdout, stderr] = await Promise.all([text(child.stdout), text(child.stderr)]);
  return stdout || stderr;
}
