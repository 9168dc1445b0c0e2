import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import * as z from 'zod';
import { systemClock } from '../../src/clock.ts';
import { start } from '../../src/sandbox/start.ts';
import { type Row, redirects, rows } from '../faults/rows.ts';
import { space, targets } from '../faults/targets.ts';
import { FaultyServer } from '../support/faulty-server.ts';
import { jsonIn } from '../support/in-memory.ts';
import { RawProgram } from '../support/program.ts';
import { spellingsOf } from '../support/spellings.ts';

/** Looks different in a URL, in HTML and in base64. */
const token = 'sgp_spawned+process/secret&more=';

const resultSchema = z.object({
  content: z.tuple([z.object({ text: z.string() })]),
  isError: z.boolean().optional(),
});
const errorSchema = z.object({ error: z.looseObject({ code: z.string() }) });

const plenty = Object.fromEntries(targets.map(({ tool }) => [tool, 999]));
const rateLimits = Object.keys(plenty)
  .map((name) => `${name}=999`)
  .join(',');

// A gate that a fault closes would keep the others from being met.
const faults = rows.filter(({ closedMs }) => !closedMs);
/** Those that the program has to lose patience with: it takes time, so each has its own program. */
const isSlow = ({ expected }: Row) => expected.read.code === 'timeout';
const programs = [
  { name: 'all that end at once', met: faults.filter((row) => !isSlow(row)), args: [] },
  ...faults
    .filter(isSlow)
    .map((row) => ({ name: row.name, met: [row], args: ['--timeout-ms', '1500'] })),
];

test.concurrent.each(programs)(
  'nothing that a process writes holds the token: $name',
  async ({ met, args }) => {
    const folder = mkdtempSync(join(tmpdir(), 'secrets-'));
    const audit = join(folder, 'audit.jsonl');
    const sandbox = await start({ edition: 'v1alpha', limits: plenty });
    await using server = await FaultyServer.start(sandbox.url, systemClock);
    const program = new RawProgram(
      [
        ...['--log-level', 'debug', '--confirm', 'none', '--audit-log', audit],
        // No fault is met twice.
        ...['--max-wait-ms', '50', '--rate-limits', rateLimits, ...args],
      ],
      {
        SEGMENT_API_URL: `http://${server.host}`,
        SEGMENT_API_TOKEN: token,
        SEGMENT_SPACE_ID: space,
      },
    );
    await program.initialize();

    const ofSandbox = targets.filter(({ edition }) => edition === undefined);
    const elsewhere = args.length === 0 ? redirects(`http://${server.host}`) : [];
    let id = 0;
    for (const { name, fault, expected, ofLists } of [...met, ...elsewhere]) {
      for (const { tool, operation, kind, args: given } of ofSandbox) {
        sandbox.reset();
        server.aim({ operation, fault, times: 1, applied: false });
        id += 1;
        // A name whose create ended in doubt is not created again for a minute.
        const own = operation === 'create_audience' ? { name: `Created ${id}` } : {};
        program.callTool(id, tool, { ...given[0], ...own });
        const { isError, content } = resultSchema.parse((await program.answer(id)).result);
        const code = isError && errorSchema.parse(jsonIn(content[0].text)).error.code;
        const isList = operation === 'list_audiences';
        const end = (isList && ofLists?.once) || { ...expected[kind], requests: 1 };
        expect(`${name}: ${code || 'success'}`).toBe(`${name}: ${end.code}`);
        expect(server.count(operation)).toBe(end.requests);
      }
    }
    program.child.stdin.end();
    expect((await program.exit()).code).toBe(0);

    const written = [program.stdout, program.stderr, readFileSync(audit, 'utf8')];
    for (const text of written) {
      expect(spellingsOf(token).filter((spelling) => text.includes(spelling))).toEqual([]);
    }
    // It was there to be written.
    if (elsewhere.length > 0) for (const text of written) expect(text).toContain('[redacted]');
    await sandbox.close();
    rmSync(folder, { recursive: true });
  },
);
