import { createServer } from 'node:http';
import { QuotaServer } from './quota-server.ts';

/** A request as it arrived. */
export interface Arrival {
  /** Milliseconds since the epoch. */
  at: number;
  /** Who sent it, and what. */
  replica: string;
  name: string;
  status: number;
  /** Milliseconds since the window before it ended, for the first of a window that another went before. */
  afterReset: number | undefined;
}

/** A stand-in for Segment that only counts: `POST /REPLICA/NAME`, answered after a while. */
export interface LimitedService extends AsyncDisposable {
  url: string;
  arrivals: Arrival[];
}

/**
 * Starts one with true windows, which open with the first request.
 *
 * @param answerMs how long the next answer takes.
 */
export async function startLimitedService(
  perWindow: number,
  windowMs: number,
  answerMs: () => number,
): Promise<LimitedService> {
  const quota = new QuotaServer(perWindow, 0, windowMs);
  const arrivals: Arrival[] = [];
  const server = createServer((request, response) => {
    const at = Date.now();
    const { endsAt } = quota;
    const { status, headers, body } = quota.answer(at);
    const [, replica = '', name = ''] = (request.url ?? '').split('/');
    const isFirst = quota.endsAt !== endsAt && endsAt > 0;
    arrivals.push({ at, replica, name, status, afterReset: isFirst ? at - endsAt : undefined });
    request.resume();
    setTimeout(() => {
      response.writeHead(status, { ...headers, 'content-type': 'application/json' });
      response.end(JSON.stringify(body));
    }, answerMs());
  });
  server.keepAliveTimeout = 60_000;
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no address');
  return {
    url: `http://127.0.0.1:${address.port}`,
    arrivals,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => {
        server.close(resolve);
      });
    },
  };
}
