import type { Clock } from './clock.ts';
import type { Config } from './config/config.ts';
import type { Log } from './log.ts';
import type { SegmentApi } from './segment/api.ts';
import { deferApi } from './segment/deferred-api.ts';
import { newest } from './segment/editions/editions.ts';
import { NoTokenError } from './segment/errors.ts';
import type { CreateQuota } from './segment/quota/quota.ts';
import { type Observed, unobserved } from './telemetry/observer.ts';
import type { Redactor } from './text/redact.ts';
import { name, version } from './version.ts';

/** What a connection may have in addition. */
export interface Connecting {
  /** Makes the quota of an operation; by default one that this process has for itself. */
  createQuota?: CreateQuota | undefined;
  observed?: Observed;
}

/**
 * The API, opened by the first call; with `--sandbox`, a stand-in is started for it. Without a token,
 * every call of it fails.
 *
 * @throws {TypeError} if the configuration is not that of a single workspace.
 */
export function connect(
  config: Config,
  { clock, random }: { clock: Clock; random: () => number },
  redactor: Redactor,
  log: Log,
  { createQuota, observed = unobserved }: Connecting = {},
): SegmentApi {
  const open = async (baseUrl: string, token: string): Promise<SegmentApi> => {
    const { SegmentClient } = await import('./segment/client.ts');
    const { timeoutMs, edition, perMinute, policy, proxy } = config;
    return new SegmentClient({
      baseUrl,
      token,
      proxy,
      userAgent: `${name}/${version}`,
      timeoutMs,
      edition,
      perMinute,
      createQuota,
      policy,
      clock,
      random,
      redactor,
      log,
      observed,
    });
  };
  const { target } = config;
  if (target.kind === 'live') return deferApi(() => open(target.baseUrl, target.token));
  if (target.kind === 'none') return deferApi(() => Promise.reject(new NoTokenError()));
  if (target.kind === 'tokens') throw new TypeError('no token is chosen');
  let sandbox: { close(): Promise<void> } | undefined;
  const api = deferApi(async () => {
    const { start } = await import('./sandbox/start.ts');
    const started = await start({
      edition: config.edition === 'auto' ? newest.name : config.edition,
      log: (entry) => log('debug', 'sandbox', { ...entry }),
    });
    sandbox = started;
    return open(started.url, 'sandbox-token');
  });
  return {
    ...api,
    async close() {
      await api.close();
      await sandbox?.close();
    },
  };
}
