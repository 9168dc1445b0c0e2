import type { Handler } from '../operation.ts';
import { requireLinked } from '../require-linked.ts';

/** Runs an audience, even a disabled one: whether Segment refuses that is not stated. */
export const runAudience: Handler = (request) => {
  const { runs, people } = request.space();
  const audience = request.audience();
  request.query(() => {});
  requireLinked(audience);
  const { id } = runs.request(audience.id, 'forced', people.now());
  return { run: { id } };
};
