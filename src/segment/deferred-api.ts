import type { SegmentApi } from './api.ts';

/**
 * A `SegmentApi` that is opened by the first call: what it needs is slow to import, and a client
 * that only lists the tools should not wait for it.
 *
 * @param open makes the real one; it is called once, and again only after it failed.
 */
export function deferApi(open: () => Promise<SegmentApi>): SegmentApi {
  let opened: Promise<SegmentApi> | undefined;
  let draining: Parameters<SegmentApi['drain']>[0] | undefined;
  const api = async () => {
    opened ??= open();
    try {
      const ready = await opened;
      if (draining) ready.drain(draining);
      return ready;
    } catch (error) {
      opened = undefined;
      throw error;
    }
  };
  return {
    createAudience: async (...given) => (await api()).createAudience(...given),
    getAudience: async (...given) => (await api()).getAudience(...given),
    listAudiences: async (...given) => (await api()).listAudiences(...given),
    removeAudience: async (...given) => (await api()).removeAudience(...given),
    updateAudience: async (...given) => (await api()).updateAudience(...given),
    preview: async (write) => (await api()).preview(write),
    foresee: async (...given) => (await api()).foresee(...given),
    drain(what) {
      draining = what;
      opened?.then((ready) => ready.drain(what)).catch(() => {});
    },
    async close() {
      draining = 'all';
      if (opened) await (await api()).close();
    },
  };
}
