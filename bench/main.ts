import { benchApp } from './app.ts';
import { benchCall } from './call.ts';
import { benchFind } from './find.ts';
import { benchHttp } from './http.ts';
import { benchLimiter } from './limiter.ts';
import { benchLimiterRedis } from './limiter-redis.ts';
import { benchMemory } from './memory.ts';
import { benchQuery } from './query.ts';
import { benchSoak } from './soak.ts';
import { benchStartUp } from './start-up.ts';

/*
 * `npm run bench`: all of them. `npm run bench -- start-up call`: only those named.
 */

const benches: Record<string, () => void | Promise<void>> = {
  'start-up': benchStartUp,
  call: benchCall,
  query: benchQuery,
  find: benchFind,
  app: benchApp,
  http: benchHttp,
  limiter: benchLimiter,
  'limiter-redis': benchLimiterRedis,
  memory: benchMemory,
  soak: benchSoak,
};

const wanted = process.argv.slice(2);
for (const [name, bench] of Object.entries(benches)) {
  if (wanted.length === 0 || wanted.includes(name)) await bench();
}
