import type { Handler } from '../operation.ts';
import { readPage, takePage, usualPaging } from '../pages.ts';

export const listSpaces: Handler = (request) => {
  const page = request.query((fields) => readPage(fields, usualPaging));
  const all = request.world.spaces().map(({ space }) => space);
  const { items, pagination } = takePage(all, page, usualPaging);
  return { spaces: items, pagination };
};
