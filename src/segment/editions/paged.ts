import type { Paged } from '../contract.ts';

/** The dotted parameters of a page, as Segment's reference documents them. */
export function pageQuery({ count, cursor }: Paged): Record<string, string> {
  return {
    'pagination.count': String(count),
    ...(cursor !== undefined && { 'pagination.cursor': cursor }),
  };
}
