import { randomBytes } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as z from 'zod';
import { start } from '../src/sandbox/start.ts';
import { onRedis, RedisServer } from '../test/support/redis.ts';
import { callTool, expectThat, section, show } from './story.ts';
import { Balancer } from './team/balancer.ts';
import { addKey, connect } from './team/person.ts';
import { Replica } from './team/replica.ts';

/*
 * Drives a team server through a story: two replicas of the built server, Redis, a load balancer, the
 * sandbox instead of Segment, and two people. The exit code is 0 only if every step came out as
 * expected. Without redis-server there is one replica, and nothing to share.
 */

const space = 'spa_shop_staging';
const audience = 'aud_000000011';
/** Few enough for the demonstration to use them up. */
const spacesPerMinute = 10;

const folder = mkdtempSync(join(tmpdir(), 'team-'));
const keysFile = join(folder, 'keys.json');
const auditFile = (name: string) => join(folder, `audit-${name}.jsonl`);
process.on('exit', () => rmSync(folder, { recursive: true, force: true }));

section('The operator starts the server');
let refusals = 0;
const sandbox = await start({
  limits: { list_spaces: spacesPerMinute },
  log: ({ status }) => {
    if (status === 429) refusals += 1;
  },
});
const redis = onRedis.isSkipped ? undefined : await RedisServer.start();
const names = redis ? ['a', 'b'] : ['a'];
if (!redis) show('There is no redis-server on this machine, so there is only one replica.');
const marketersKey = addKey(keysFile, 'The marketer');
const analystsKey = addKey(keysFile, 'The analyst', '--read-only');
const secret = randomBytes(32).toString('base64');
const replicas = await Promise.all(
  names.map((name) =>
    Replica.start(
      name,
      [
        ...['--auth', 'keys', '--keys', keysFile, '--space', space, '--audit-log', auditFile(name)],
        ...['--max-wait-ms', '10000', '--drain-wait-ms', '0'],
      ],
      {
        SEGMENT_API_URL: sandbox.url,
        SEGMENT_API_TOKEN: 'team-token',
        SEGMENT_MCP_SECRET: secret,
        SEGMENT_STATE_DIR: join(folder, 'state'),
        ...(redis && { SEGMENT_MCP_REDIS: redis.url }),
      },
    ),
  ),
);
// Whatever happens, nothing goes on without us.
process.on('exit', () => {
  for (const replica of replicas) void replica.end('SIGKILL');
  void redis?.close();
});
const balancer = await Balancer.start(replicas);
const how = redis ? 'Two replicas that share Redis' : 'One replica';
show(`${how}, behind ${balancer.url.origin}`);
show('A marketer and an analyst have keys; that of the analyst is read-only');

section('Somebody without a key comes by');
const stranger = await connect('Stranger', balancer.url, `sgm_${'x'.repeat(43)}`, () => true).then(
  () => 'let in',
  (error: unknown) => String(error),
);
show(stranger.slice(0, 100));
expectThat('strangers are refused', stranger !== 'let in');

section('Both connect');
let marketerAgrees = true;
const marketer = await connect('The marketer', balancer.url, marketersKey, () => marketerAgrees);
const analyst = await connect('The analyst', balancer.url, analystsKey, () => true);
const [marketersTools, analystsTools] = await Promise.all([
  marketer.listTools(),
  analyst.listTools(),
]);
show(
  `The marketer has ${marketersTools.tools.length} tools, the analyst ${analystsTools.tools.length}: only those that read`,
);
expectThat('the analyst has fewer tools', analystsTools.tools.length < marketersTools.tools.length);

section('The analyst may not write');
const refused = await callTool(analyst, 'create_audience', {
  name: 'Of the analyst',
  query: "trait('team') = 'b'",
}).then(
  ({ error }) => error?.message ?? '',
  (error: unknown) => String(error),
);
show(refused);
expectThat('the analyst is refused', refused !== '');

section('The marketer creates an audience');
const created = await callTool(marketer, 'create_audience', {
  name: 'Of the marketer',
  query: "trait('team') = 'a'",
});
show(`${created.data.audience?.id} is ${created.data.audience?.status}`);
expectThat('it was created', created.error === undefined);

section('The marketer removes another one, and is asked, wherever the answer arrives');
marketerAgrees = false;
const kept = await callTool(marketer, 'remove_audience_from_space', { id: audience });
show(`${kept.error?.code}: ${kept.error?.message}`);
expectThat('it is still there', kept.error?.code === 'declined');
marketerAgrees = true;
const removed = await callTool(marketer, 'remove_audience_from_space', { id: audience });
show(`removed: ${removed.data.status}`);
expectThat('it is gone', removed.data.status === 'SUCCESS');

section(`They share the quota: Segment lists spaces ${spacesPerMinute} times a minute`);
// The first response says what the limit is.
await callTool(marketer, 'list_spaces', {});
const both = await Promise.all(
  Array.from({ length: spacesPerMinute - 1 }, (_, index) =>
    callTool(index % 2 === 0 ? marketer : analyst, 'list_spaces', {}),
  ),
);
const through = 1 + both.filter(({ error }) => !error).length;
const [marketersNext, analystsNext] = await Promise.all([
  callTool(marketer, 'list_spaces', {}),
  callTool(analyst, 'list_spaces', {}),
]);
show(`${through} calls of both went through, and the next ones have to wait:`);
show(`${analystsNext.error?.code}: ${analystsNext.error?.message}`);
expectThat('all that Segment allows went through', through === spacesPerMinute);
expectThat('the marketer has to wait', marketersNext.error?.code === 'rate_limited');
expectThat('the analyst has to wait', analystsNext.error?.code === 'rate_limited');
expectThat('Segment never had to refuse', refusals === 0);

if (replicas.length > 1) {
  section('Replica b is killed while both work');
  const reads = Array.from({ length: 12 }, (_, index) => async () => {
    const client = index % 2 === 0 ? marketer : analyst;
    const read = () => callTool(client, 'get_audience', { id: created.data.audience?.id ?? '' });
    // What is on its way to the killed one is lost, also while it still ends; a read can be repeated.
    return read().catch(read).catch(read).catch(read);
  });
  const running = reads.map((read) => read());
  await Promise.race(running);
  await replicas[1]?.end('SIGKILL');
  const results = await Promise.all(running);
  const after = await Promise.all(reads.map((read) => read()));
  const good = [...results, ...after].filter(({ error }) => !error).length;
  const share = [...balancer.answered].map(([name, count]) => `${name} ${count}`).join(', ');
  show(`${good} of ${results.length + after.length} reads came out, in the same sessions`);
  show(`requests answered: ${share}`);
  expectThat('all reads came out', good === results.length + after.length);
  expectThat('both replicas had served', balancer.answered.size === 2);
}

section('The marketer is asked once more: the one that is left still writes');
const id = created.data.audience?.id ?? '';
const last = await callTool(marketer, 'remove_audience_from_space', { id });
show(`removed: ${last.data.status ?? last.error?.message}`);
expectThat('their own audience is gone, too', last.data.status === 'SUCCESS');

section('The audit logs say who did what');
const lines = names.flatMap((name) => readFileSync(auditFile(name), 'utf8').trim().split('\n'));
const keys = z
  .object({ keys: z.array(z.object({ id: z.string(), owner: z.string() })) })
  .parse(JSON.parse(readFileSync(keysFile, 'utf8'))).keys;
for (const { id: key, owner } of keys) {
  const own = lines.filter((line) => line.includes(`"${key}"`));
  show(`${owner} (${key}): ${own.length} lines`);
  expectThat(`${owner} is in it only if they wrote`, own.length > 0 === (owner === 'The marketer'));
}
expectThat('no line has a key', !lines.join().includes(marketersKey));

section('The operator stops the server');
await Promise.all([marketer.close(), analyst.close()]);
const code = await replicas[0]?.end('SIGTERM');
show(`replica a ended with exit code ${code}`);
expectThat('it ended in good order', code === 0);
balancer.close();
await redis?.close();
await sandbox.close();
show('All came out as expected.');
process.exit(0);
