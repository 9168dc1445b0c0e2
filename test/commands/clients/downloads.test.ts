import { describe, expect, test } from 'vitest';
import { downloadingIn } from '../../../src/commands/clients/downloads.ts';

/* Which commands of entries have the program downloaded. */

const name = 'segment-audiences-mcp';
const startOf = ([command = '', ...args]: readonly string[]) => ({ command, args, env: {} });
const judged = (words: readonly string[]) => downloadingIn(startOf(words));

/** Each way to run a package, with a place for the package. */
const ways: readonly (readonly string[])[] = [
  ['npx', 'SPEC'],
  ['npx', '-y', 'SPEC', '--read-only'],
  ['/usr/local/bin/npx', '--yes', '--', 'SPEC'],
  ['C:\\Program Files\\nodejs\\npx.cmd', '-y', 'SPEC'],
  ['node', '/usr/lib/node_modules/npm/bin/npx-cli.js', '-y', 'SPEC'],
  ['node', '/usr/lib/node_modules/npm/bin/npm-cli.js', 'exec', 'SPEC'],
  ['npm', 'exec', '--yes', '--', 'SPEC', '--sandbox'],
  ['npm', '--yes', 'exec', 'SPEC'],
  ['npm', '--prefix', '/tmp', 'x', '--registry=https://registry.example', 'SPEC'],
  ['npm', 'exec', '--package=SPEC', '--', 'other'],
  ['npx', '-p', 'SPEC', 'other'],
  ['npx', '--package', 'SPEC', '-c', 'other --flag'],
  ['pnpm', 'dlx', 'SPEC'],
  ['pnpm', '--silent', 'dlx', '--package=SPEC', 'other'],
  ['pnpx', 'SPEC'],
  ['yarn', 'dlx', '-q', '-p', 'SPEC', 'other'],
  ['bunx', '--bun', 'SPEC'],
  ['bun', 'x', 'SPEC'],
  ['corepack', 'pnpm', 'dlx', 'SPEC'],
];
/** What may be around them. */
const around: readonly ((words: readonly string[]) => readonly string[])[] = [
  (words) => words,
  (words) => ['cmd', '/c', ...words],
  (words) => ['C:\\Windows\\System32\\cmd.exe', '/d', '/s', '/c', ...words],
  (words) => ['cmd.exe', '/D', '/S', '/C', words.map(quoted).join(' ')],
  (words) => ['/usr/bin/env', 'A=b', ...words],
];
function quoted(word: string): string {
  return word.includes(' ') ? `"${word}"` : word;
}

/** What is downloaded, by how it is written. */
const specs: readonly (readonly [
  spec: string,
  from: 'registry' | 'elsewhere',
  isNamedOurs: boolean,
])[] = [
  [name, 'registry', true],
  [`${name}@0.1.0`, 'registry', true],
  [`${name}@latest`, 'registry', true],
  [`npm:${name}@0.1.0`, 'registry', true],
  [`theirs@npm:${name}`, 'registry', true],
  [`@theirs/${name}`, 'registry', true],
  ['another', 'registry', false],
  ['@theirs/another@1', 'registry', false],
  [`github:owner/${name}`, 'elsewhere', true],
  [`owner/${name}#v0.1.0`, 'elsewhere', true],
  ['owner/repo', 'elsewhere', false],
  [`git+https://git.example/owner/${name}.git`, 'elsewhere', true],
  [`git+ssh://git@git.example/owner/${name}.git#main`, 'elsewhere', true],
  [`git@git.example:owner/${name}.git`, 'elsewhere', true],
  [`https://files.example/${name}-0.1.0.tgz`, 'elsewhere', true],
  ['https://files.example/x.tgz', 'elsewhere', false],
  [`${name}@github:owner/repo`, 'elsewhere', true],
  [`${name}@https://files.example/x.tgz`, 'elsewhere', true],
];

describe.each(specs)('%s', (spec, from, isNamedOurs) => {
  test.each(ways)('is downloaded by %s %s', (...way) => {
    const words = way.map((word) => word.replace('SPEC', spec));
    for (const wrap of around) {
      expect(judged(wrap(words))).toEqual({ kind: 'download', from, isNamedOurs });
    }
  });
});

test.each([
  ['npx', './segment-audiences-mcp'],
  ['npx', '--package', './x.tgz', name],
  ['npx', '-p', 'x.tgz', name],
  ['npx', `${name}@file:../clone`],
  ['npx', 'C:\\clones\\segment-audiences-mcp'],
  ['bunx', '/opt/clone/segment-audiences-mcp'],
  ['node', '/opt/segment-audiences-mcp/dist/main.js', '--space', 'npx'],
  [name, '--read-only'],
  ['docker', 'run', '-i', name],
])('%s %s starts what is here', (...words) => {
  expect(judged(words)).toEqual({ kind: 'none' });
});

test.each([
  ['npx', ['npx', '--no-install', name]],
  ['npx', ['npx', '--unheard-of', name]],
  ['npx', ['npx', '-c', name]],
  ['npx', ['npx']],
  ['npm', ['npm', 'run', name]],
  ['pnpm', ['pnpm', 'exec', name]],
  ['yarn', ['yarn', name]],
  ['npx', ['nice', '-n', '5', 'npx', name]],
  ['npx', ['node', '--no-warnings', '/usr/bin/npx-cli.js', name]],
  ['bash', ['bash', '-lc', `cd /tmp && npx -y ${name}`]],
  ['bash', ['/bin/bash', '/home/u/start.sh']],
  ['sh', ['sh', '-c', `"$RUNNER" ${name}`]],
  ['cmd', ['cmd', '/c', `%RUNNER% ${name}`]],
  ['env', ['env', '-i', name]],
])('how %s is used in %j is not understood', (by, words) => {
  expect(judged(words)).toEqual({ kind: 'unclear', by });
});

test.each([
  ['sh', '-c', `exec npx -y ${name} --read-only`],
  ['bash', '-lc', `A=b npx -y '${name}'`],
  ['powershell.exe', '-NoProfile', '-Command', 'npx', '-y', name],
  ['pwsh', '-c', `npx -y "${name}"`],
  ['env', '-S', `npx -y ${name}`],
  ['cmd', '/c', 'cmd', '/c', `npx ${name}`],
])('a plain command in %s %s is understood: %s', (...words) => {
  expect(judged(words)).toEqual({ kind: 'download', from: 'registry', isNamedOurs: true });
});
