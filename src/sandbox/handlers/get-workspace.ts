import type { Handler } from '../operation.ts';
import { workspace } from '../spaces.ts';

export const getWorkspace: Handler = (request) => {
  request.query(() => {});
  return { workspace };
};
