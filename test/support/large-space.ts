import { once } from 'node:events';
import { createServer } from 'node:http';
import * as z from 'zod';
import type { Audience } from '../../src/segment/models/audience.ts';

/*
 * A space of thousands of audiences, listed over real HTTP as today's Segment does. The sandbox keeps
 * too much of each audience to be quick with so many.
 */

/** Segment's own maximum of a page. */
const maxCount = 200;
/** Requests per minute, of which all are in one window here. */
const perMinute = 60;

const cities = ['Vienna', 'Graz', 'Linz', 'Salzburg', 'Innsbruck'];
const events = Array.from({ length: 300 }, (_, n) => `Product Category ${n} Viewed`);

/** An audience as many are: a paragraph of description, a definition of three conditions. */
export function audienceOf(n: number): Audience {
  const event = events[n % events.length];
  const city = cities[n % cities.length];
  const builtOn = n % 10 === 0 ? '' : ` AND trait('audience_number_${n - (n % 10)}') = 'true'`;
  return {
    id: `aud_${String(n).padStart(27, '0')}`,
    spaceId: 'spa_large',
    name: `Audience number ${n}: ${city}`,
    description: `People of ${city} who looked at category ${n % events.length} and may want to hear of it again; number ${n}.`,
    key: `audience_number_${n}`,
    enabled: n % 7 !== 0,
    audienceType: 'USERS',
    definition: {
      query: `event('${event}').where(property('price') > ${n}).within(30 days).count() >= ${n % 9} AND trait('city') = '${city}'${builtOn}`,
    },
    status: n % 7 === 0 ? 'Disabled' : 'Live',
    computeCadence: { type: n % 3 === 0 ? 'BATCH' : 'REALTIME' },
    size: { type: 'USERS', count: (n * 7919) % 100_000, uniqueCount: (n * 7919) % 100_000 },
    options: { filterByExternalIds: ['user_id', 'email', 'android.idfa', 'ios.idfa'] },
    createdBy: `usr_${n % 20}`,
    updatedBy: `usr_${n % 20}`,
    createdAt: new Date(Date.UTC(2025, 0, 1) + n * 60_000).toISOString(),
    updatedAt: new Date(Date.UTC(2025, 6, 1) + n * 60_000).toISOString(),
  };
}

/** The server, and how often it was asked. */
export interface LargeSpace extends AsyncDisposable {
  url: string;
  spaceId: string;
  requests(): number;
}

/** @param size how many audiences there are. */
export async function startLargeSpace(size: number): Promise<LargeSpace> {
  const all = Array.from({ length: size }, (_, n) => audienceOf(n));
  let requests = 0;
  const server = createServer((request, response) => {
    requests += 1;
    const url = new URL(request.url ?? '', 'http://localhost');
    const from = Number(url.searchParams.get('pagination.cursor') ?? 0);
    const count = Math.min(maxCount, Number(url.searchParams.get('pagination.count')));
    const next = from + count < size ? String(from + count) : undefined;
    const isOver = requests > perMinute;
    response.writeHead(isOver ? 429 : 200, {
      'content-type': 'application/vnd.segment.v1+json',
      'x-ratelimit-remaining': String(Math.max(0, perMinute - requests)),
      'x-ratelimit-consumed': String(requests),
    });
    const pagination = { current: String(from), next, totalEntries: size };
    const data = { audiences: all.slice(from, from + count), pagination };
    response.end(JSON.stringify(isOver ? { errors: [] } : { data }));
  });
  const close = async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  };
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = z.object({ port: z.number() }).parse(server.address());
  return {
    url: `http://127.0.0.1:${port}`,
    spaceId: 'spa_large',
    requests: () => requests,
    [Symbol.asyncDispose]: close,
  };
}
