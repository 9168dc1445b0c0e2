import type { CallContext, Wait } from '../../src/segment/call.ts';

/** A call as a tool would pass it on, with what it was told of waits. */
export interface TestCall extends CallContext {
  waits: Wait[];
  notices: string[];
  cancel(): void;
}

export function testCall(deadline = Number.POSITIVE_INFINITY): TestCall {
  const controller = new AbortController();
  const waits: Wait[] = [];
  const notices: string[] = [];
  return {
    signal: controller.signal,
    deadline,
    endsAt: Number.POSITIVE_INFINITY,
    waits,
    notices,
    onWait: (wait) => waits.push(wait),
    onNotice: (notice) => notices.push(notice),
    cancel: () => controller.abort(),
  };
}
