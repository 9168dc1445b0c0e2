import { checkErrors, references } from '../../query/index.ts';
import type { Audience } from '../audiences.ts';
import type { Fields } from '../fields.ts';
import type { Handler } from '../operation.ts';
import { readPage, takePage, usualPaging } from '../pages.ts';
import { isFound, readSearch } from '../search.ts';

const sortFields = ['CREATED_AT', 'NAME', 'UPDATED_AT'] as const;

interface Sort {
  field: (typeof sortFields)[number];
  direction: 'ASC' | 'DESC';
}

/** The audiences whose definitions use the path's audience. @param view one in the response. */
export function listConsumers(view: (audience: Audience) => object): Handler {
  return (request) => {
    const { audiences } = request.space();
    const { key } = request.audience();
    const [page, search, sort] = request.query(
      (fields) => [readPage(fields, usualPaging), readSearch(fields), readSort(fields)] as const,
    );
    const consumers = audiences
      .list()
      .filter((audience) => uses(audience, key))
      .filter((audience) => search === undefined || isFound(audience, search));
    const sorted = sort ? consumers.sort(by(sort)) : consumers;
    const { items, pagination } = takePage(sorted, page, usualPaging);
    return { audiences: items.map(view), pagination };
  };
}

function uses({ definition: { query, level: type } }: Audience, key: string): boolean {
  return references(checkErrors(query, { type, purpose: 'audience' }).tree).traits.includes(key);
}

/** Both are required once either is sent. */
function readSort(fields: Fields): Sort | undefined {
  const fieldName = fields.at('sort.field');
  const direction = fields.at('sort.direction');
  if (!fieldName.isGiven && !direction.isGiven) return undefined;
  const field = fieldName.required().oneOf(sortFields);
  const wanted = direction.required().oneOf(['ASC', 'DESC']);
  return field && wanted && { field, direction: wanted };
}

function by({ field, direction }: Sort): (a: Audience, b: Audience) => number {
  const sortedBy = {
    CREATED_AT: ({ createdAt }: Audience) => createdAt,
    NAME: ({ name }: Audience) => name,
    UPDATED_AT: ({ updatedAt }: Audience) => updatedAt,
  }[field];
  const sign = direction === 'ASC' ? 1 : -1;
  return (a, b) => sign * sortedBy(a).localeCompare(sortedBy(b));
}
