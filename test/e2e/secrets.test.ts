import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import * as z from 'zod';
import { systemClock } from '../../src/clock.ts';
import { start } from '../../src/sandbox/start.ts';
import { redirects, rows } from '../faults/rows.ts';
import { space, targets } from '../faults/targets.ts';
import { FaultyServer } from '../support/faulty-server.ts';
import { RawProgram } from '../support/program.ts';
import { spellingsOf } from '../support/spellings.ts';

/** Looks different in a URL, in HTML and in base64. */
const token = 'sgp_spawned+process/secret&more=';

const resultSchema = z.object({
  content: z.tuple([z.object({ text: z.string() })]),
  isError: z.boolean().optional(),
});
const errorSchema = z.object({ error: z.looseObject({ code: z.string() }) });

test('nothing that a process writes through all faults holds the token', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'secrets-'));
  const audit = join(folder, 'audit.jsonl');
  const plenty = Object.fromEntries(targets.map(({ tool }) => [tool, 999]));
  const sandbox = await start({ edition: 'v1alpha', limits: plenty });
  await using server = await FaultyServer.start(sandbox.url, systemClock);
  const program = new RawProgram(
    [
      ...['--log-level', 'debug', '--confirm', 'none', '--audit-log', audit],
      // No fault is waited for long, and none is met twice.
      ...['--timeout-ms', '300', '--max-wait-ms', '50'],
      ...[
        '--rate-limits',
        Object.keys(plenty)
          .map((name) => `${name}=999`)
          .join(','),
      ],
    ],
    {
      SEGMENT_API_URL: `http://${server.host}`,
      SEGMENT_API_TOKEN: token,
      SEGMENT_SPACE_ID: space,
    },
  );
  await program.initialize();

  // A gate that a fault closes would keep the others from being met.
  const faults = [...rows, ...redirects(`http://${server.host}`)].filter(
    ({ closedMs }) => !closedMs,
  );
  let id = 0;
  for (const { name, fault, expected } of faults) {
    for (const { tool: operation, kind, args } of targets) {
      sandbox.reset();
      server.aim({ operation, fault, times: 1, applied: false });
      id += 1;
      program.callTool(id, operation, args[0]);
      const { isError, content } = resultSchema.parse((await program.answer(id)).result);
      const code = isError && errorSchema.parse(JSON.parse(content[0].text)).error.code;
      expect(`${name}: ${code || 'success'}`).toBe(`${name}: ${expected[kind].code}`);
      expect(server.count(operation)).toBe(1);
    }
  }
  program.child.stdin.end();
  expect((await program.exit()).code).toBe(0);

  for (const text of [program.stdout, program.stderr, readFileSync(audit, 'utf8')]) {
    // It was there to be written.
    expect(text).toContain('[redacted]');
    expect(spellingsOf(token).filter((spelling) => text.includes(spelling))).toEqual([]);
  }
  await sandbox.close();
  rmSync(folder, { recursive: true });
}, 60_000);
