import type { Handler } from '../operation.ts';
import { readPage, takePage, usualPaging } from '../pages.ts';
import { eventSort, isoTime, readNameList, selectNames } from '../schema-lists.ts';

export const listEvents: Handler = (request) => {
  const { schema } = request.space();
  const [page, list] = request.query(
    (fields) => [readPage(fields, usualPaging), readNameList(fields, eventSort)] as const,
  );
  const { items, pagination } = takePage(selectNames(schema.events(), list), page, usualPaging);
  const events = items.map(({ name, type, lastSeenAt }) => ({
    name,
    type,
    lastSeenAt: isoTime(lastSeenAt),
  }));
  return { events, pagination };
};
