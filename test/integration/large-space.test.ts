import { describe, expect, onTestFinished, test } from 'vitest';
import * as z from 'zod';
import { parseCommand } from '../../src/cli.ts';
import { runGraph } from '../../src/commands/graph.ts';
import { startComposed } from '../support/composed.ts';
import { callTool } from '../support/in-memory.ts';
import { startLargeSpace } from '../support/large-space.ts';
import { ManualClock } from '../support/manual-clock.ts';
import { type PictureRunOptions, runWith } from '../support/picture-machine.ts';

/*
 * The whole server on the largest space that is searched, and a graph of a large one.
 */

const answerSchema = z.object({
  matches: z.number(),
  audiences: z.array(z.object({ size: z.number() })).optional(),
});

test('10,000 audiences take 50 requests of a fresh window of 60, no wait, and then none', async () => {
  await using space = await startLargeSpace(10_000);
  const clock = new ManualClock();
  await using program = await startComposed(
    { 'api-url': space.url, space: space.spaceId, edition: 'v1' },
    { SEGMENT_API_TOKEN: 'sgp_token_for_tests' },
    { clock },
  );
  const find = async (args: Record<string, unknown>) => {
    const { structured, error } = await callTool(program.client, 'find_audiences', args);
    expect(error).toBeUndefined();
    return answerSchema.parse(structured);
  };
  const from = clock.monotonic();
  const off = await find({ enabled: false, countOnly: true });
  expect(off.matches).toBe(1429);
  expect(space.requests()).toBe(50);
  const largest = await find({ sort: 'size', order: 'desc', limit: 3 });
  expect(largest.audiences?.map(({ size }) => size)).toEqual([99_989, 99_972, 99_955]);
  expect(space.requests()).toBe(50);
  expect(clock.monotonic()).toBe(from);
});

describe('the graph of a large space', () => {
  const large = async (audiences: number) => {
    const server = await startLargeSpace(audiences);
    onTestFinished(() => server[Symbol.asyncDispose]());
    const environment = {
      SEGMENT_API_URL: server.url,
      SEGMENT_API_TOKEN: 'sgp_token_for_tests',
      SEGMENT_SPACE_ID: server.spaceId,
      SEGMENT_EDITION: 'v1',
    };
    return { environment, clock: new ManualClock() };
  };

  const runGraphOf = (options: PictureRunOptions) =>
    runWith((machine, output) => {
      const command = parseCommand(['graph', '--format', 'json']);
      if (command.kind !== 'graph') throw new Error(`It is ${command.kind}`);
      return runGraph(command, machine, output);
    }, options);

  test('is read behind a bar on a terminal, which is gone at the end', async () => {
    const { stderr } = await runGraphOf({
      ...(await large(2000)),
      isTerminal: true,
    });
    const shown = stderr.split('\r\u001b[K');
    expect(shown).toContain('[############------------] 1,000 of 2,000 audiences');
    expect(shown.at(-1)).toBe('');
  });

  test('is cut to what can be seen, with a count of the rest, and no bar elsewhere', async () => {
    const { stdout, stderr } = await runGraphOf(await large(2000));
    const { audiences, totals, leftOut } = z
      .object({
        audiences: z.array(z.unknown()),
        totals: z.object({ audiences: z.number(), connected: z.number() }),
        leftOut: z.object({ nodes: z.number() }),
      })
      .parse(JSON.parse(stdout));
    expect(totals).toEqual({ audiences: 2000, connected: 2000 });
    expect(audiences.length).toBe(500);
    expect(leftOut.nodes).toBe(1500);
    expect(stderr).toBe('');
  });
});
