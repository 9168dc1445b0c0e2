import { execFileSync } from 'node:child_process';
import { copyFileSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import packageJson from '../../package.json' with { type: 'json' };
import type { Project } from '../project.ts';
import { iconPng } from './icon.ts';
import { iconFile, mcpbManifest, serverFolder } from './mcpb-manifest.ts';
import { serverFiles } from './server-files.ts';

const cli = fileURLToPath(
  new URL('../../node_modules/@anthropic-ai/mcpb/dist/cli/cli.js', import.meta.url),
);

/**
 * Runs the official command-line tool.
 *
 * @returns its output. @throws an Error if it fails.
 */
export function runMcpb(...args: string[]): string {
  return execFileSync(process.execPath, [cli, ...args], { encoding: 'utf8' });
}

/**
 * Packs the build in dist as an .mcpb, validated by the official tool.
 *
 * @param folder where to put it; created if it does not exist. @returns its path.
 */
export function packMcpb(of: Project, folder: string): string {
  const content = join(folder, 'content');
  rmSync(content, { recursive: true, force: true });
  mkdirSync(join(content, serverFolder), { recursive: true });
  writeFileSync(join(content, 'manifest.json'), `${JSON.stringify(mcpbManifest(of), null, 2)}\n`);
  writeFileSync(join(content, iconFile), iconPng());
  copyFileSync('LICENSE', join(content, 'LICENSE'));
  for (const name of serverFiles()) {
    const target = join(content, serverFolder, name);
    mkdirSync(dirname(target), { recursive: true });
    copyFileSync(join('dist', name), target);
  }
  const file = join(folder, `${packageJson.name}-${packageJson.version}.mcpb`);
  runMcpb('validate', join(content, 'manifest.json'));
  runMcpb('pack', content, file);
  return file;
}
