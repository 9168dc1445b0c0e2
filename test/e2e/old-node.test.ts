import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { transform } from 'esbuild';
import { describe, expect, test } from 'vitest';
import * as z from 'zod';
import { mainFile } from '../support/program.ts';

/*
 * The bin under a Node that the program is not made for.
 */

const { engines } = z
  .object({ engines: z.object({ node: z.string() }) })
  .parse(JSON.parse(readFileSync('package.json', 'utf8')));
const needed = engines.node.replace('>=', '');

/** Runs the bin in a Node that says that it is another. */
function runIn(version: string) {
  const pretend = `Object.defineProperty(process, 'versions', { value: Object.assign({}, process.versions, { node: '${version}' }) });`;
  const code = `${pretend} process.argv = [process.execPath, '${mainFile}', '--version']; require('./${mainFile}');`;
  return spawnSync(process.execPath, ['-e', code], { encoding: 'utf8' });
}

describe('an old Node', () => {
  test.each(['14.21.3', '18.20.8', '20.18.0', '20.9.9', '4.0.0'])(
    'Node %s gets one line on stderr and exit code 2',
    (version) => {
      const { status, stdout, stderr } = runIn(version);
      expect(status).toBe(2);
      expect(stdout).toBe('');
      expect(stderr.trimEnd().split('\n')).toHaveLength(1);
      expect(stderr).toContain(`needs Node.js ${needed} or later, but this is ${version}`);
    },
  );

  test.each([needed, '20.18.2', '20.20.0', '22.0.0', '100.0.0', '23.0.0-nightly'])(
    'Node %s is new enough',
    (version) => {
      const { status, stderr } = runIn(version);
      expect(stderr).toBe('');
      expect(status).toBe(0);
    },
  );

  test('can read the bin: it is written in the language of 2015', async () => {
    const bin = readFileSync(mainFile, 'utf8');
    const options = { minify: false, charset: 'utf8' } as const;
    const as = async (target: string) => (await transform(bin, { ...options, target })).code;
    expect(await as('es2015')).toBe(await as('esnext'));
    expect(bin).not.toMatch(/\bimport\b/);
  });
});
