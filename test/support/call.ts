import type { Call, Wait } from '../../src/segment/api.ts';

/** A call as a tool would pass it on, with what it was told of waits. */
export interface TestCall extends Call {
  waits: Wait[];
  cancel(): void;
}

export function testCall(deadline = Number.POSITIVE_INFINITY): TestCall {
  const controller = new AbortController();
  const waits: Wait[] = [];
  return {
    signal: controller.signal,
    deadline,
    waits,
    onWait: (wait) => waits.push(wait),
    cancel: () => controller.abort(),
  };
}
