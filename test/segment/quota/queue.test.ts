import { afterEach, describe, expect, test, vi } from 'vitest';
import { createQueue, priorities } from '../../../src/segment/quota/queue.ts';

/*
 * The queue with its real timers, on a machine whose date is set.
 */

afterEach(() => {
  vi.restoreAllMocks();
});

function setDate(byMs: number): void {
  const now = Date.now.bind(Date);
  vi.spyOn(Date, 'now').mockImplementation(() => now() + byMs);
}

describe.each([-600_000, 600_000])('when the date jumps by %i ms', (jumpMs) => {
  test('the first job runs', async () => {
    const queue = createQueue();
    setDate(jumpMs);
    expect(await queue.schedule({ priority: priorities.first }, async () => 'ran')).toBe('ran');
  });

  test('those behind a running one run after it, in their order', async () => {
    const queue = createQueue();
    const ran: string[] = [];
    let end = () => {};
    const first = queue.schedule({ priority: priorities.first }, async () => {
      await new Promise<void>((resolve) => {
        end = resolve;
        started();
      });
      ran.push('first');
    });
    let started = () => {};
    await new Promise<void>((resolve) => {
      started = resolve;
    });
    const second = queue.schedule({ priority: priorities.first }, async () => ran.push('second'));
    const third = queue.schedule({ priority: priorities.first }, async () => ran.push('third'));
    setDate(jumpMs);
    end();
    await Promise.all([first, second, third]);
    expect(ran).toEqual(['first', 'second', 'third']);
  });
});
