import type { Audience } from '../segment/models/audience.ts';
import { quotedPlainly as quoted } from '../text/visible.ts';

/** A longer list of names would go unread. */
export const maxNamed = 10;

/** An audience in a sentence, so that it can be found. */
export function nameAndId({ name, id }: Audience): string {
  return `${quoted(name ?? '')} (${quoted(id)})`;
}
