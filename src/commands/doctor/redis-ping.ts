import * as z from 'zod';
import type { Clock } from '../../clock.ts';
import { RedisLink } from '../../replicas/redis/link.ts';

/** How Redis answered, or why not, in a sentence. */
export type RedisAnswer = { ms: number; skewMs: number } | { problem: string };

/** Redis's TIME: seconds and microseconds. */
const timeSchema = z.tuple([z.coerce.number(), z.coerce.number()]);

/** Asks Redis for its time. @param url which may hold a password; the answer does not. */
export async function pingRedis(url: string, clock: Clock): Promise<RedisAnswer> {
  let problem = 'there was no answer.';
  const link = await RedisLink.open({
    url,
    name: 'segment-audiences-mcp-doctor',
    clock,
    log: (_, __, facts) => {
      if (facts?.because !== undefined) problem = `${String(facts.because)}.`;
    },
    look: (opening) => opening.send('TIME'),
  });
  try {
    const sentAt = clock.monotonic();
    const { data } = timeSchema.safeParse(await link.send('TIME'));
    if (!data) return { problem };
    const ms = clock.monotonic() - sentAt;
    const theirs = data[0] * 1000 + data[1] / 1000;
    return { ms: Math.round(ms), skewMs: Math.round(theirs + ms / 2 - clock.now()) };
  } catch {
    return { problem };
  } finally {
    link.close();
  }
}
