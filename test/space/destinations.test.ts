import { expect, onTestFinished, test, vi } from 'vitest';
import type { ReadApi } from '../../src/segment/api.ts';
import { CancelledError } from '../../src/segment/errors.ts';
import { findDestinations } from '../../src/space/destinations.ts';
import { testCall } from '../support/call.ts';

test('a hundred requests may wait for a call that is cancelled, without a warning', async () => {
  const warn = vi.spyOn(process, 'emitWarning').mockImplementation(() => {});
  onTestFinished(() => warn.mockRestore());
  let requests = 0;
  const api: ReadApi = {
    send: (operation, _, { signal }) =>
      new Promise((_resolve, reject) => {
        requests += 1;
        signal.addEventListener('abort', () => reject(new CancelledError(operation, true)));
      }),
  };
  const call = testCall();
  const ids = Array.from({ length: 50 }, (_, place) => `aud_${place}`);
  const found = findDestinations('spa_1', ids, { api, call, elapsed: () => 0 });
  expect(requests).toBe(100);
  call.cancel();
  await expect(found).rejects.toThrow(CancelledError);
  expect(warn).not.toHaveBeenCalled();
});
