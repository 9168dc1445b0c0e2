import type { Handler } from '../operation.ts';
import { readSentPage, takeSentPage } from '../pages.ts';

/** Connections that the token may not see are omitted, but counted. */
export const listConnections: Handler = (request) => {
  const { destinations } = request.space();
  const { id } = request.audience();
  const page = request.query(readSentPage);
  const { readable, total } = destinations.connections(id);
  const { items, pagination } = takeSentPage(readable, page);
  return {
    connections: items,
    pagination: pagination && { ...pagination, totalEntries: total },
  };
};
