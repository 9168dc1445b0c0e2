import { execFileSync } from 'node:child_process';

/** Builds dist once before all tests, so that those which start the program run today's code. */
export default function setup(): void {
  execFileSync('npm', ['run', '--silent', 'build'], { stdio: 'inherit' });
}
