import type { Audience } from '../audiences.ts';
import type { Reader } from '../fields.ts';
import type { Handler } from '../operation.ts';
import { type PageRequest, type Paging, readPage, takePage } from '../pages.ts';
import { isFound, type Search } from '../search.ts';

/**
 * @param readQuery the parameters besides the pagination. @param view an audience of the answer, as
 * they ask for it.
 */
export function listAudiences<Query extends { search?: Search }>(
  paging: Paging,
  readQuery: Reader<Query>,
  view: (audience: Audience, query: Query) => object,
): Handler {
  return (request) => {
    const audiences = request.audiences();
    const [page, query] = request.query((fields): [PageRequest, Query] => [
      readPage(fields, paging),
      readQuery(fields),
    ]);
    const { search } = query;
    const found = audiences.list().filter((each) => search === undefined || isFound(each, search));
    const { items, pagination } = takePage(found, page, paging.ends);
    return { audiences: items.map((audience) => view(audience, query)), pagination };
  };
}
