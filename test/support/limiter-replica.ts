import { createHash, randomBytes } from 'node:crypto';
import { Agent, request } from 'node:http';
import { systemClock } from '../../src/clock.ts';
import { openRedis } from '../../src/replicas/redis/open.ts';
import { Gates } from '../../src/segment/quota/gates.ts';
import { readQuota } from '../../src/segment/quota/report.ts';
import { testCall } from './call.ts';

/*
 * A process that sends creates as fast as the shared limit lets it, for tests and benchmarks:
 * `limiter-replica.ts JSON`. It prints a line when it is ready, begins when it reads one, and ends when all were
 * let through.
 */

/** What one is started with. */
export interface ReplicaTask {
  name: string;
  redisUrl: string;
  serviceUrl: string;
  windowMs: number;
  perWindow: number;
  creates: number;
}

/** An HTTP answer with when it came. */
interface Answer {
  status: number;
  headers: Record<string, string | string[] | undefined>;
  body: unknown;
  sentAt: number;
  receivedAt: number;
}

const agent = new Agent({ keepAlive: true });

/** Sends one request. */
export function post(url: string): Promise<Answer> {
  const sentAt = systemClock.monotonic();
  return new Promise((resolve, reject) => {
    const sending = request(url, { method: 'POST', agent }, (response) => {
      let text = '';
      response.setEncoding('utf8');
      response.on('data', (chunk: string) => {
        text += chunk;
      });
      response.on('end', () => {
        const { statusCode: status = 0, headers } = response;
        const receivedAt = systemClock.monotonic();
        resolve({ status, headers, body: JSON.parse(text), sentAt, receivedAt });
      });
    });
    sending.on('error', reject);
    sending.end();
  });
}

/** @param begin resolves when all are ready. */
export async function runReplica(task: ReplicaTask, begin: () => Promise<void>): Promise<void> {
  const { name, redisUrl, serviceUrl, windowMs, perWindow, creates } = task;
  const shared = await openRedis(redisUrl, {
    replica: name,
    clock: systemClock,
    randomBytes,
    log: () => {},
    fingerprintKey: createHash('sha256').update('test').digest(),
    // Windows are shorter here, and so is what may go wrong in one.
    timeoutMs: windowMs / 20,
    leaseMarginMs: windowMs / 20,
    windowMs,
  });
  const { createQuota } = shared.of({ baseUrl: serviceUrl, token: 'token' });
  const gates = new Gates({ clock: systemClock, fixedPerMinute: {}, createQuota });
  const gate = gates.gate('create_audience', perWindow);
  const create = async (index: number): Promise<void> => {
    for (let attempt = 0; ; attempt += 1) {
      const place = await gate.enter(testCall(), attempt > 0);
      const answer = await post(`${serviceUrl}/${name}/${index}`);
      await gate.settle(place, readQuota({ ...answer, now: Date.now(), windowMs }));
      if (answer.status === 200) return;
    }
  };
  await begin();
  await Promise.all(Array.from({ length: creates }, (_, index) => create(index)));
  await shared.close();
  agent.destroy();
}
