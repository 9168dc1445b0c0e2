import { vi } from 'vitest';

/**
 * Replaces `setTimeout` by one whose timers ring in their order, each when all promises have run,
 * but take no time. Bottleneck passes each of its jobs on by a row of zero-length timers, of which
 * every one takes Node a millisecond.
 */
export function stubInstantTimers(): void {
  const timers: { at: number; ring: () => void }[] = [];
  let now = 0;
  const ringNext = () => {
    const next = timers.shift();
    if (!next) return;
    if (timers.length > 0) ringSoon();
    now = next.at;
    next.ring();
  };
  // Node runs a tick when no promise is left to run; two ticks in a row would leave out promises.
  const ringSoon = () => queueMicrotask(() => process.nextTick(ringNext));
  vi.stubGlobal('setTimeout', (ring: () => void, ms = 0) => {
    const at = now + ms;
    const later = timers.findIndex((other) => other.at > at);
    timers.splice(later === -1 ? timers.length : later, 0, { at, ring });
    if (timers.length === 1) ringSoon();
  });
}
