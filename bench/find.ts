import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { outlineOf } from '../src/query/index.ts';
import { AudienceIndexBuilder } from '../src/space/audience-index.ts';
import { callTool, secret } from '../test/support/in-memory.ts';
import { audienceOf, startLargeSpace } from '../test/support/large-space.ts';
import { startSession } from '../test/support/program.ts';
import { median, report } from './measure.ts';

const size = 10_000;
const pageSize = 1000;
const warmCalls = 100;
/** The limits for a repeated question, in milliseconds, and for the index, in memory. */
const maxWarmMs = 30;
const maxMegabytes = 30;

/** Questions of different kinds: what is kept, compared and sorted differs. */
const questions: Record<string, Record<string, unknown>> = {
  'count by event': { event: 'Product Category 7 Viewed', countOnly: true },
  'text, by name': { text: 'vienna', limit: 200 },
  'three largest': { sort: 'size', order: 'desc', limit: 3 },
  'most used': { sort: 'usedBy', order: 'desc' },
  'a slip in a name': { event: 'Product Category 7 Veiwed' },
};

/**
 * `find_audiences` in a space of 10,000: how long the first question takes, with how many requests,
 * how long each kind of repeated one, and how much memory the index keeps. Sets the exit code if
 * any of them exceeds its limit.
 */
export async function benchFind(): Promise<void> {
  await using space = await startLargeSpace(size);
  await using session = await startSession(
    ['--api-url', space.url, '--space', space.spaceId, '--edition', 'v1', '--log-level', 'warn'],
    { SEGMENT_API_TOKEN: secret },
  );
  const ask = async (args: Record<string, unknown>) => {
    const from = performance.now();
    const { error } = await callTool(session.client, 'find_audiences', args);
    if (error) throw new Error(error.message);
    return performance.now() - from;
  };
  const coldMs = await ask({ maxAgeSeconds: 3600, countOnly: true });
  report('find, cold', { ms: coldMs, requests: String(space.requests()) });
  if (space.requests() !== size / 200) process.exitCode = 1;
  for (const [what, args] of Object.entries(questions)) {
    const times: number[] = [];
    for (let call = 0; call < warmCalls; call += 1) {
      times.push(await ask({ maxAgeSeconds: 3600, ...args }));
    }
    report(`find, warm: ${what}`, { 'median ms': median(times), 'first ms': times[0] ?? 0 });
    if (median(times) > maxWarmMs) process.exitCode = 1;
  }
  const megabytes = indexMegabytes();
  report('find, index', { MB: megabytes });
  if (megabytes > maxMegabytes) process.exitCode = 1;
}

/** The memory of the index once everything that it was made from is gone. */
function indexMegabytes(): number {
  setFlagsFromString('--expose-gc');
  const collect: () => void = runInNewContext('gc');
  const used = () => {
    collect();
    return process.memoryUsage().heapUsed + process.memoryUsage().external;
  };
  const before = used();
  const builder = new AudienceIndexBuilder(outlineOf);
  for (let from = 0; from < size; from += pageSize) {
    const page: ReturnType<typeof audienceOf>[] = Array.from({ length: pageSize }, (_, n) =>
      JSON.parse(JSON.stringify(audienceOf(from + n))),
    );
    for (const audience of page) builder.add(audience);
  }
  const index = builder.finish({ complete: true, readAt: 0 });
  const bytes = used() - before;
  if (index.audiences.length !== size) throw new Error('The index lost audiences');
  return bytes / 1e6;
}
