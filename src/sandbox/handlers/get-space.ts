import type { Handler } from '../operation.ts';

/** The model allows null for the space; when Segment gives that instead of a 404 is not stated. */
export const getSpace: Handler = (request) => {
  const { space } = request.space();
  request.query(() => {});
  return { space };
};
