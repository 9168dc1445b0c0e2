import Bottleneck from 'bottleneck';
import { Redis } from 'ioredis';
import { post, type ReplicaTask } from '../test/support/limiter-replica.ts';

/*
 * The same as test/support/limiter-process.ts by Bottleneck's own clustering, for comparison: its reservoir is
 * filled again every window, and what was refused is queued again.
 */

const task: ReplicaTask = JSON.parse(process.argv[2] ?? '');
const { name, redisUrl, serviceUrl, windowMs, perWindow, creates } = task;
const limiter = new Bottleneck({
  id: 'create_audience',
  datastore: 'ioredis',
  clearDatastore: false,
  Redis,
  clientOptions: redisUrl,
  reservoir: perWindow,
  reservoirRefreshAmount: perWindow,
  reservoirRefreshInterval: windowMs,
  // By default every 5 s, in which no window of a few seconds would be used in time.
  heartbeatInterval: 250,
});
limiter.on('error', () => {});
await limiter.ready();
process.stdout.write('ready\n');
await new Promise((resolve) => process.stdin.once('data', resolve));
process.stdin.destroy();
const create = async (index: number): Promise<void> => {
  for (;;) {
    const { status } = await limiter.schedule(() => post(`${serviceUrl}/${name}/${index}`));
    if (status === 200) return;
  }
};
await Promise.all(Array.from({ length: creates }, (_, index) => create(index)));
process.exit(0);
