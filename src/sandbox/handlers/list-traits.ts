import type { Handler } from '../operation.ts';
import { readPage, takePage, usualPaging } from '../pages.ts';
import { isoTime, readNameList, readSamples, samplesOf, selectNames } from '../schema-lists.ts';

const paging = { ...usualPaging, forwardOnly: true };
const sort = { names: 'trait', by: 'trait', direction: 'asc' } as const;

export const listTraits: Handler = (request) => {
  const { schema } = request.space();
  const [page, list, samples, collection] = request.query(
    (fields) =>
      [
        readPage(fields, paging),
        readNameList(fields, sort),
        readSamples(fields),
        fields.at('collection').oneOf(['users', 'accounts']) ?? 'users',
      ] as const,
  );
  const { items, pagination } = takePage(
    selectNames(schema.traits(collection), list),
    page,
    paging,
  );
  const traits = items.map(({ name, type, lastSeenAt, values }) => ({
    trait: name,
    type,
    lastSeenAt: isoTime(lastSeenAt),
    samples: samplesOf(values, samples),
  }));
  return { traits, pagination };
};
