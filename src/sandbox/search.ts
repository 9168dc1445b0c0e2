import type { Audience } from './audiences.ts';
import type { Fields } from './fields.ts';

const maxQueryChars = 255;

export interface Search {
  type: 'DEFINITION' | 'KEY' | 'NAME';
  query: string;
}

/** Reads `search.type` and `search.query`; both are required if either is sent. */
export function readSearch(fields: Fields): Search | undefined {
  const typeField = fields.at('search.type');
  const queryField = fields.at('search.query');
  if (!typeField.isGiven && !queryField.isGiven) return undefined;
  const type = typeField.required().oneOf(['DEFINITION', 'KEY', 'NAME']);
  const query = queryField.required().text();
  if (query !== undefined && query.length > maxQueryChars) {
    queryField.refuse(`length must be less than or equal to ${maxQueryChars} characters long`);
  }
  return type !== undefined && query !== undefined ? { type, query } : undefined;
}

/**
 * Whether a search finds an audience: by the beginning of its key, or by any part of its name or
 * definition. The reference does not state whether case matters; here it does not.
 */
export function isFound(
  { key, name, definition }: Pick<Audience, 'key' | 'name' | 'definition'>,
  { type, query }: Search,
): boolean {
  const wanted = query.toLowerCase();
  if (type === 'KEY') return key.toLowerCase().startsWith(wanted);
  return (type === 'NAME' ? name : definition.query).toLowerCase().includes(wanted);
}
