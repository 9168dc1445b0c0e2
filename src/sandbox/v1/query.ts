import type { Fields } from '../fields.ts';
import { readSearch, type Search } from '../search.ts';

/** What a read requests in addition to the audience itself. */
export interface Include {
  schedules: boolean;
}

/** Reads `include`, whose only value is `schedules`. */
export function readInclude(fields: Fields): Include {
  return { schedules: fields.at('include').oneOf(['schedules']) !== undefined };
}

/** The parameters of `list_audiences`, except for its pagination. */
export function readListQuery(fields: Fields): Include & { search?: Search } {
  return { ...readInclude(fields), search: readSearch(fields) };
}
