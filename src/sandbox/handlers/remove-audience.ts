import { noAudience } from '../answers.ts';
import type { Handler } from '../operation.ts';

/**
 * Removes an audience, also a locked one, and one that others use: whether Segment refuses the latter
 * is not stated.
 */
export const removeAudience: Handler = (call) => {
  const audiences = call.audiences();
  call.query(() => {});
  const id = call.param('id');
  if (!audiences.remove(id)) throw noAudience(id);
  return { status: 'SUCCESS' };
};
