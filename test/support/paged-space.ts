import type { AudiencesOutput, PageInput } from '../../src/segment/contract.ts';
import { audiencePages } from '../../src/segment/editions/audiences.ts';
import type { Audience } from '../../src/segment/models/audience.ts';
import { PageReader } from '../../src/segment/pages.ts';

/**
 * Lists a space as the client does, in pages of at most `maxCount` rows, without a server.
 *
 * @param counts gets the count of every page that is read.
 */
export function pagedSpace(
  audiences: readonly Audience[],
  maxCount: number,
  counts: number[] = [],
): (input: PageInput) => Promise<AudiencesOutput> {
  const reader = new PageReader();
  const onePage = async ({ count, cursor }: PageInput): Promise<AudiencesOutput> => {
    counts.push(count);
    const start = Number(cursor ?? 0);
    const end = start + count;
    const next = end < audiences.length ? String(end) : undefined;
    const pagination = { current: String(start), next, totalEntries: audiences.length };
    return { audiences: audiences.slice(start, end), pagination };
  };
  return (input) =>
    reader.read('list_audiences', () => audiencePages(maxCount), input, {
      foresee: () => {},
      send: onePage,
    });
}
