import { notFound } from '../answers.ts';
import type { Handler } from '../operation.ts';
import { readPage, takePage, usualPaging } from '../pages.ts';
import { readSamples, samplesOf } from '../schema-lists.ts';

const paging = { ...usualPaging, forwardOnly: true };

export const listEntityProperties: Handler = (request) => {
  const { schema } = request.space();
  const [page, samples] = request.query(
    (fields) => [readPage(fields, paging), readSamples(fields)] as const,
  );
  const slug = request.param('entitySlug');
  const all = schema.entityProperties(slug);
  if (!all) throw notFound(`There is no entity ${slug} in this space`);
  const { items, pagination } = takePage(all, page, paging);
  const entityProperties = items.map(({ name, primaryKey, dataType, values }) => ({
    name,
    primaryKey,
    dataType,
    samples: samplesOf(values, samples),
  }));
  return { entityProperties, pagination };
};
