import type { Audience } from '../audiences.ts';
import type { Reader } from '../fields.ts';
import type { Handler } from '../operation.ts';
import { type PageRequest, type Paging, readPage, takePage } from '../pages.ts';
import { isFound, type Search } from '../search.ts';
import type { SpaceState } from '../space-state.ts';

/**
 * @param readQuery the parameters except for the pagination. @param view an audience in the
 * response, depending on them.
 */
export function listAudiences<Query extends { search?: Search }>(
  paging: Paging,
  readQuery: Reader<Query>,
  view: (audience: Audience, query: Query, space: SpaceState) => object,
): Handler {
  return (request) => {
    const space = request.space();
    const [page, query] = request.query((fields): [PageRequest, Query] => [
      readPage(fields, paging),
      readQuery(fields),
    ]);
    const { search } = query;
    const { audiences } = space;
    const found = audiences
      .headers()
      .filter((each) => search === undefined || isFound(each, search));
    const { items, pagination } = takePage(found, page, paging);
    const shown = items.flatMap(({ id }) => audiences.get(id) ?? []);
    return { audiences: shown.map((audience) => view(audience, query, space)), pagination };
  };
}
