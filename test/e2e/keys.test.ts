import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { hashOfKey, parseKeysFile } from '../../src/access/keys-file.ts';
import { RawProgram } from '../support/program.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

/*
 * The commands of a team's server, as they are typed.
 */

test('keys are added, listed and revoked; only a new key is on stdout', async () => {
  const path = join(temporaryFolder('keys'), 'keys.json');
  const run = async (...line: string[]) => {
    const program = new RawProgram(['keys', ...line, '--keys', path]);
    const { code } = await program.exit();
    return { code, stdout: program.stdout, stderr: program.stderr };
  };
  const added = await run('add', '--owner', 'Ann', '--read-only');
  expect(added.code).toBe(0);
  const [key] = parseKeysFile(readFileSync(path, 'utf8'));
  expect(key).toMatchObject({
    hash: hashOfKey(added.stdout.trimEnd()),
    policy: { readOnly: true },
  });
  expect(added.stderr).toContain(`Added ${key?.id} for Ann`);
  expect(await run('revoke', key?.id ?? '')).toMatchObject({ code: 0, stdout: '' });
  const listed = await run('list', '--json');
  expect(JSON.parse(listed.stdout)).toMatchObject([{ id: key?.id, status: 'revoked' }]);
  expect(await run('revoke', 'nobody')).toMatchObject({ code: 2, stdout: '' });
});

test('a server that others could reach does not start without a login', async () => {
  const home = temporaryFolder('home');
  const program = new RawProgram(['serve', '--http', '0.0.0.0:0', '--sandbox'], {
    // The platform's own state folder, below another home.
    ...{ SEGMENT_STATE_DIR: '', HOME: home, XDG_STATE_HOME: home, LOCALAPPDATA: home },
  });
  expect((await program.exit()).code).toBe(2);
  expect(program.stdout).toBe('');
  const lines = program.stderr.trimEnd().split('\n');
  expect(lines).toEqual([
    expect.stringMatching(/^segment-audiences-mcp: .*set --public-url .* or --allowed-hosts/),
    expect.stringMatching(/^segment-audiences-mcp: .*set --auth .* to keys or oauth/),
  ]);
});
