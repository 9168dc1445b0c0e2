import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** Where the clients are installed. */
export const clientsFolder = import.meta.dirname;

/** Installs the clients exactly as locked, unless they are; then builds the server. */
export function prepare(): void {
  const lock = readFileSync(join(clientsFolder, 'package-lock.json'));
  const wanted = createHash('sha256').update(lock).digest('hex');
  const stamp = join(clientsFolder, 'node_modules/.installed');
  if (!existsSync(stamp) || readFileSync(stamp, 'utf8') !== wanted) {
    // Some clients ask for a newer Node than they need: that is only a warning.
    const args = ['ci', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'];
    npm(...args);
    // Its script puts the program of this platform where its command expects it.
    npm('rebuild', '--silent', '@anthropic-ai/claude-code');
    writeFileSync(stamp, wanted);
  }
  build();
}

/** Builds the server. */
export function build(): void {
  execFileSync('npm', ['run', '--silent', 'build'], { stdio: 'inherit' });
}

function npm(...args: string[]): void {
  execFileSync('npm', args, { cwd: clientsFolder, stdio: ['ignore', 'inherit', 'inherit'] });
}
