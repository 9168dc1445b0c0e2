import { notFound } from '../answers.ts';
import type { Handler } from '../operation.ts';
import { readPage, takePage, usualPaging } from '../pages.ts';
import {
  eventSort,
  isoTime,
  readNameList,
  readSamples,
  samplesOf,
  selectNames,
} from '../schema-lists.ts';

/** What Segment returns for an event that it has not seen is not stated. */
export const listEventProperties: Handler = (request) => {
  const { schema } = request.space();
  const [page, list, samples] = request.query(
    (fields) =>
      [
        readPage(fields, usualPaging),
        readNameList(fields, eventSort),
        readSamples(fields),
      ] as const,
  );
  const eventName = request.param('eventName');
  const all = schema.eventProperties(eventName);
  if (!all) throw notFound(`There is no event ${eventName} in this space`);
  const { items, pagination } = takePage(selectNames(all, list), page, usualPaging);
  const eventProperties = items.map(({ name, type, lastSeenAt, values }) => ({
    name,
    type,
    eventName,
    lastSeenAt: isoTime(lastSeenAt),
    samples: samplesOf(values, samples),
  }));
  return { eventProperties, pagination };
};
