import { SegmentClient, type SegmentClientOptions } from '../../src/segment/client.ts';
import { createRedactor } from '../../src/text/redact.ts';
import type { ManualClock } from './manual-clock.ts';

const token = 'token-for-tests';

/** A client of a sandbox at `baseUrl`, on a clock that is moved by hand. */
export function segmentClient(
  baseUrl: string,
  clock: ManualClock,
  more: Partial<SegmentClientOptions> = {},
): SegmentClient {
  return new SegmentClient({
    baseUrl,
    token,
    userAgent: 'test/0',
    timeoutMs: 1000,
    edition: 'v1alpha',
    perMinute: {},
    policy: { readOnly: false, allowedSpaces: undefined },
    clock,
    random: () => 0,
    redactor: createRedactor([token]),
    log: () => {},
    ...more,
  });
}
