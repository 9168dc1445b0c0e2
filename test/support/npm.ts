import { execFileSync } from 'node:child_process';
import { isWindows } from './platform.ts';

/**
 * Runs npm. On Windows it is a script that only a shell can start, so no argument may hold what a shell
 * would read otherwise.
 *
 * @returns what it prints to stdout. @throws an Error if it fails.
 */
export function npm(
  args: readonly string[],
  options: { cwd?: string; env?: Record<string, string> } = {},
): string {
  const stdio: ['ignore', 'pipe', 'ignore'] = ['ignore', 'pipe', 'ignore'];
  const quoted = isWindows ? args.map((argument) => `"${argument}"`) : args;
  return execFileSync('npm', quoted, { ...options, encoding: 'utf8', stdio, shell: isWindows });
}
