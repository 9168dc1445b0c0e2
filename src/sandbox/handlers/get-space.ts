import type { Handler } from '../operation.ts';

/**
 * The model allows null for the space; the reference does not state when Segment returns that
 * instead of a 404.
 */
export const getSpace: Handler = (request) => {
  const { space } = request.space();
  request.query(() => {});
  return { space };
};
