import { noAudience } from '../answers.ts';
import type { Handler } from '../operation.ts';

/**
 * Removes an audience, even a locked one, or one that others use: whether Segment refuses the
 * latter is not stated.
 */
export const removeAudience: Handler = (request) => {
  const { audiences } = request.space();
  request.query(() => {});
  const id = request.param('id');
  if (!audiences.remove(id)) throw noAudience(id);
  return { status: 'SUCCESS' };
};
