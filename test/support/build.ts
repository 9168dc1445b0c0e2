import { execFileSync } from 'node:child_process';
import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { isWindows } from './platform.ts';

/** Whether a project of this run has seen to it. */
const marker = 'TEST_IS_BUILT';

/** What dist is made from; npm writes the last one when it installs. */
const sources = [
  ...['src', 'scripts', 'package.json', 'package-lock.json', 'tsconfig.json'],
  'node_modules/.package-lock.json',
];
/** A file that a build writes at its end. */
const result = 'packaging/plugin/dist/sbom.cdx.json';

/**
 * Builds dist once before all tests, unless it is newer than its sources, so that those which start
 * the program run today's code.
 */
export default function setup(): void {
  if (process.env[marker] !== undefined) return;
  process.env[marker] = '1';
  const builtAtMs = statSync(result, { throwIfNoEntry: false })?.mtimeMs ?? 0;
  if (sources.every((source) => lastChangeMs(source) < builtAtMs)) return;
  const options = { stdio: 'inherit', shell: isWindows } as const;
  execFileSync('npm', ['run', '--silent', 'build'], options);
}

/**
 * When something in a file or folder changed last, in milliseconds since the epoch: a folder changes
 * when a file in it is added or removed.
 */
function lastChangeMs(path: string): number {
  const stats = statSync(path);
  const inside = stats.isDirectory() ? readdirSync(path).map((name) => join(path, name)) : [];
  return Math.max(stats.mtimeMs, ...inside.map(lastChangeMs));
}
