import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import * as z from 'zod';
import { expectMode, isWindows } from '../support/platform.ts';
import { RawProgram } from '../support/program.ts';
import { headersOf } from '../support/raw-http.ts';

/*
 * The sandbox command with a world of one's own, and with a record of what happens.
 */

const folder = mkdtempSync(join(tmpdir(), 'sandbox-'));
afterAll(() => rmSync(folder, { recursive: true }));

const example = 'docs/sandbox-example.json';
const audiences = '/spaces/spa_bikes/audiences';
const lineSchema = z.looseObject({
  time: z.iso.datetime(),
  operation: z.string(),
  request: z.looseObject({ path: z.string() }),
  response: z.looseObject({ status: z.number() }),
});

/** The address that a sandbox prints. */
const urlIn = (text: string) => /http:\/\/127\.0\.0\.1:\d+/.exec(text)?.[0];
const list = (url: string) => fetch(url + audiences, { headers: headersOf('v1') });

test.skipIf(isWindows)(
  '--record - leaves stdout to the lines, and says all else on stderr (Windows has no signal to stop it)',
  async () => {
    const program = new RawProgram(['sandbox', '--port', '0', '--seed', example, '--record', '-']);
    const url = await program.until(() => urlIn(program.stderr));
    await program.until(() => program.stderr.includes('Ctrl-C') || undefined);
    expect(program.stderr).toContain('spa_bikes  Bike rental');
    expect(await (await list(url)).json()).toMatchObject({
      data: { audiences: [{ key: 'lyon', size: { count: 1 } }, {}, {}, {}] },
    });
    await program.until(() => program.stdout.endsWith('\n') || undefined);
    const line = lineSchema.parse(JSON.parse(program.stdout));
    expect(line).toMatchObject({
      operation: 'list_audiences',
      request: { path: audiences },
      response: { status: 200 },
    });
    expect(program.stdout).not.toContain('token-of-the-test');
    program.child.kill('SIGTERM');
    expect((await program.exit()).code).toBe(0);
  },
);

test.skipIf(isWindows)(
  '--record adds to a file that only its owner can read (Windows has no signal to stop it)',
  async () => {
    const file = join(folder, 'record.jsonl');
    for (const run of [1, 2]) {
      const program = new RawProgram([
        'sandbox',
        '--port',
        '0',
        '--seed',
        example,
        '--record',
        file,
      ]);
      const url = await program.until(() => urlIn(program.stdout));
      await list(url);
      program.child.kill('SIGTERM');
      expect((await program.exit()).code).toBe(0);
      const lines = readFileSync(file, 'utf8').trim().split('\n');
      expect(lines.map((line) => lineSchema.parse(JSON.parse(line)))).toHaveLength(run);
    }
    expectMode(file, 0o600);
  },
);

describe("a file that can't be used ends it with exit code 2", () => {
  const file = (name: string, text: string): string => {
    writeFileSync(join(folder, name), text);
    return join(folder, name);
  };

  test.each([
    [
      'no file',
      () => ['--seed', join(folder, 'none.json')],
      /--seed .*none\.json can't be read \(ENOENT\)/,
    ],
    ['no JSON', () => ['--seed', file('odd.json', '{')], /--seed .*odd\.json is not JSON/],
    [
      'no seed',
      () => ['--seed', file('wrong.json', '{"spaces":[{"id":""},{"name":7}]}')],
      /wrong\.json: spaces\[0\]\.id: .*\n.*wrong\.json: spaces\[1\]\.id: .*\n.*spaces\[1\]\.name: /,
    ],
    [
      'a seed that says something wrong',
      () => ['--seed', file('twice.json', '{"spaces":[{"id":"a"},{"id":"a"}]}')],
      /twice\.json: spaces\[1\]\.id: "a" is already used; expected another id/,
    ],
    [
      'no place for the record',
      () => ['--record', folder],
      /--record .* can't be written \(EISDIR\)/,
    ],
  ])('%s', async (_, more, message) => {
    const program = new RawProgram(['sandbox', '--port', '0', ...more()]);
    expect((await program.exit()).code).toBe(2);
    expect(program.stderr).toMatch(message);
  });
});
