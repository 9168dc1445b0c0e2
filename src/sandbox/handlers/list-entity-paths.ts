import type { Handler } from '../operation.ts';
import { readPage, takePage, usualPaging } from '../pages.ts';

/**
 * The reference does not state which fields are searched; here it is what a person would look for.
 */
export const listEntityPaths: Handler = (request) => {
  const { schema } = request.space();
  const [page, search = ''] = request.query(
    (fields) => [readPage(fields, usualPaging), fields.at('search').text()] as const,
  );
  const wanted = search.toLowerCase();
  const found = schema
    .entityPaths()
    .filter(({ id, pathName, entitySlug }) =>
      [id, pathName, entitySlug].some((text) => text.toLowerCase().includes(wanted)),
    );
  const { items, pagination } = takePage(found, page, usualPaging);
  return { entityPaths: items, pagination };
};
