import { type LimitedService, startLimitedService } from '../test/support/limited-service.ts';
import { type Started, startTeam } from '../test/support/limiter-team.ts';
import { RedisServer } from '../test/support/redis.ts';
import { median, report } from './measure.ts';

const names = ['a', 'b', 'c', 'd'];
const perWindow = 10;
/** A tenth of Segment's, so that dates of whole seconds and pauses weigh ten times as much. */
const windowMs = 6000;
const creates = 200;
const createsWithFaults = 100;
/** What is not done by then is given up. */
const maxMs = 200_000;

const scripts = {
  ours: 'test/support/limiter-process.ts',
  cluster: 'bench/limiter-cluster-process.ts',
};

/** What goes wrong in a run, a moment after it began. */
type Fault = (redis: RedisServer, team: readonly Started[]) => Promise<void>;

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

const faults: Record<string, Fault> = {
  'a replica killed': async (_, team) => {
    await pause(15_000);
    team[0]?.process.kill('SIGKILL');
  },
  'Redis gone 12 s, back empty': async (redis) => {
    await pause(15_000);
    await redis.stop();
    await pause(12_000);
    await redis.startAgain();
  },
  'Redis stopped 4 s': async (redis) => {
    await pause(15_000);
    redis.suspend();
    await pause(4000);
    redis.resume();
  },
};

/**
 * Four replicas with all creates queued at once, before a stand-in with true windows, on a redis-server: how many are
 * refused, and how well windows are used? Takes nine minutes.
 */
export async function benchLimiterRedis(): Promise<void> {
  await run('ours', scripts.ours, creates);
  for (const [name, fault] of Object.entries(faults)) {
    await run(`ours, ${name}`, scripts.ours, createsWithFaults, fault);
  }
  await run('Bottleneck cluster', scripts.cluster, creates);
}

async function run(row: string, script: string, count: number, fault?: Fault): Promise<void> {
  const redis = await RedisServer.start();
  await using service = await startLimitedService(
    perWindow,
    windowMs,
    () => 20 + Math.random() * 100,
  );
  const tasks = names.map((name) => ({
    name,
    redisUrl: redis.url,
    serviceUrl: service.url,
    windowMs,
    perWindow,
    creates: count / names.length,
  }));
  const team = await startTeam(script, tasks);
  const startedAt = Date.now();
  const faulty = fault?.(redis, team);
  const all = Promise.all(team.map(({ ended }) => ended));
  const isDone = await Promise.race([all.then(() => true), pause(maxMs).then(() => false)]);
  for (const { process: child } of team) child.kill('SIGKILL');
  await faulty;
  await redis.close();
  report(row, { ...figuresOf(service, startedAt), ended: isDone ? 'yes' : 'no' });
}

function figuresOf({ arrivals }: LimitedService, startedAt: number) {
  const through = arrivals.filter(({ status }) => status === 200);
  const windows: number[] = [];
  for (const { afterReset, status } of arrivals) {
    if (windows.length === 0 || afterReset !== undefined) windows.push(0);
    if (status === 200) windows.push((windows.pop() ?? 0) + 1);
  }
  // The last one need not be full.
  const whole = windows.slice(0, -1);
  const late = arrivals.flatMap(({ afterReset }) => afterReset ?? []);
  const firstHalf = through.slice(0, through.length / 2);
  const shares = names.map((name) => firstHalf.filter(({ replica }) => replica === name).length);
  const lastAt = through.at(-1)?.at ?? startedAt;
  const ideal = (Math.ceil(through.length / perWindow) - 1) * windowMs;
  return {
    'let through': `${through.length}`,
    s: (lastAt - startedAt) / 1000,
    'ideal s': ideal / 1000,
    refused: `${arrivals.length - through.length}`,
    'windows full': `${whole.filter((used) => used === perWindow).length} of ${whole.length}`,
    'first after reset, ms': `p50 ${median(late)}, max ${Math.max(...late)}`,
    'first half': shares.join(' '),
  };
}
