import { execFileSync } from 'node:child_process';
import { isWindows } from './platform.ts';

/** Whether a project of this run has built it. */
const marker = 'TEST_IS_BUILT';

/** Builds dist once before all tests, so that those which start the program run today's code. */
export default function setup(): void {
  if (process.env[marker] !== undefined) return;
  process.env[marker] = '1';
  const options = { stdio: 'inherit', shell: isWindows } as const;
  execFileSync('npm', ['run', '--silent', 'build'], options);
}
