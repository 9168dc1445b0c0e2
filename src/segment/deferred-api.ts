import type { DrainScope, SegmentApi } from './api.ts';

/**
 * A `SegmentApi` that the first call opens: its dependencies are slow to import, and a client that
 * only lists the tools should not wait for them.
 *
 * @param open makes the real one; it is called once, and again only after it failed.
 */
export function deferApi(open: () => Promise<SegmentApi>): SegmentApi {
  let opened: Promise<SegmentApi> | undefined;
  let ready: SegmentApi | undefined;
  let drained: DrainScope | undefined;
  const openDrained = async () => {
    const real = await open();
    if (drained) real.drain(drained);
    ready = real;
    return real;
  };
  const api = async () => {
    opened ??= openDrained();
    try {
      return await opened;
    } catch (error) {
      opened = undefined;
      throw error;
    }
  };
  return {
    send: async (name, input, call) => (ready ?? (await api())).send(name, input, call),
    preview: async (write) => (await api()).preview(write),
    foresee: async (name, spaceId, call) => (await api()).foresee(name, spaceId, call),
    left: async (name) => (await api()).left(name),
    drain(scope) {
      if (drained !== 'all') drained = scope;
      opened?.then((real) => real.drain(scope)).catch(() => {});
    },
    async close() {
      drained = 'all';
      if (opened) await (await api()).close();
    },
  };
}
