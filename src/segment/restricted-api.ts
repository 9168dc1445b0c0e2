import type { SegmentApi } from './api.ts';
import { spaceIn } from './contract.ts';
import { newest } from './editions/editions.ts';
import { assertAllowed, type Policy } from './policy.ts';

/** The same port for somebody who may do less than the server. */
export function restricted(api: SegmentApi, policy: Policy): SegmentApi {
  return {
    async send(name, input, call) {
      assertAllowed(policy, name, newest.rows[name], spaceIn(input));
      return api.send(name, input, call);
    },
    async preview(write) {
      const { operation, input } = write;
      assertAllowed(policy, operation, newest.rows[operation], spaceIn(input));
      return api.preview(write);
    },
    async foresee(name, spaceId, call) {
      assertAllowed(policy, name, newest.rows[name], spaceId);
      return api.foresee(name, spaceId, call);
    },
    left: (name) => api.left(name),
    drain: (scope) => api.drain(scope),
    close: () => api.close(),
  };
}
