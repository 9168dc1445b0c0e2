import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { copyFileSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import packageJson from '../package.json' with { type: 'json' };
import { addressesOf } from './packaging/addresses.ts';
import { packMcpb } from './packaging/mcpb.ts';
import { changelogSection, releaseProblems } from './packaging/release.ts';
import { serverJson } from './packaging/server-json.ts';
import { project } from './project.ts';

/*
 * npm run release -- check OWNER/NAME TAG   stops if a release must not be made
 * npm run release -- pack FOLDER            packs the files of a release from the build in dist
 */

const { version } = packageJson;
const changelog = readFileSync('CHANGELOG.md', 'utf8');
const [command, ...rest] = process.argv.slice(2);

if (command === 'check') check(rest);
else if (command === 'pack') pack(rest);
else throw new Error('expected one of: check, pack');

function check([repository = '', tag = '']: readonly string[]): void {
  const problems = releaseProblems({ repository, tag, project, version, changelog });
  for (const problem of problems) process.stderr.write(`${problem}\n`);
  if (problems.length > 0) process.exitCode = 1;
}

function pack([folder = 'release']: readonly string[]): void {
  const addresses = addressesOf(project);
  if (!addresses) throw new Error('src/project.ts names no owner');
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  const npm = process.env.npm_execpath;
  if (npm === undefined) throw new Error('start this with npm run release');
  const packing = ['pack', '--ignore-scripts', '--pack-destination', folder];
  execFileSync(process.execPath, [npm, ...packing], { stdio: 'inherit' });
  const packed = packMcpb(project, 'dist-mcpb');
  const mcpb = join(folder, basename(packed));
  renameSync(packed, mcpb);
  copyFileSync('dist/sbom.cdx.json', join(folder, 'sbom.cdx.json'));
  writeFileSync(join(folder, 'notes.md'), changelogSection(changelog, version) ?? '');
  const url = `${addresses.page}/releases/download/v${version}/${basename(mcpb)}`;
  const sha256 = createHash('sha256').update(readFileSync(mcpb)).digest('hex');
  const server = serverJson(project, { url, sha256 });
  writeFileSync(join(folder, 'server.json'), `${JSON.stringify(server, null, 2)}\n`);
}
