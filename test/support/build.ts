import { execFileSync } from 'node:child_process';
import { isWindows } from './platform.ts';

/** Builds dist once before all tests, so that those which start the program run today's code. */
export default function setup(): void {
  const options = { stdio: 'inherit', shell: isWindows } as const;
  execFileSync('npm', ['run', '--silent', 'build'], options);
}
