import { vi } from 'vitest';

/*
 * Set-up of the tests on the source: a timer of no length takes one turn of the event loop, where
 * Node, to which 0 ms and 1 ms are the same, makes it last a millisecond. Bottleneck passes each of
 * its jobs on by a row of such timers.
 */

type Timer = NodeJS.Timeout | NodeJS.Immediate;

const { setTimeout: setTimer, clearTimeout: clearTimer } = process.getBuiltinModule('node:timers');

vi.stubGlobal('setTimeout', (ring: () => void, ms = 0, ...values: []): Timer => {
  return ms > 1 ? setTimer(ring, ms, ...values) : setImmediate(ring, ...values);
});
vi.stubGlobal('clearTimeout', (timer: Timer | undefined): void => {
  if (timer && 'refresh' in timer) clearTimer(timer);
  else clearImmediate(timer);
});
