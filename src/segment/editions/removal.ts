import * as z from 'zod';
import { cut, quoted } from '../../text/visible.ts';
import type { StatusOutput } from '../contract.ts';

/*
 * Segment's response to a removal: the word SUCCESS, as its reference says; it lists no other
 * words, so they do not show that anything was done.
 */

/** How much of another word is enough to recognize it. */
const maxWordChars = 100;

export const removalStatus: z.ZodType<StatusOutput> = z.lazy(() =>
  z.looseObject({
    status: z.string().optional().catch(undefined),
  }),
);

/** Why a status leaves a removal in doubt, phrased to follow "the response". */
export function doubtOfRemoval({ status }: StatusOutput): string | undefined {
  if (status?.toUpperCase() === 'SUCCESS') return undefined;
  const shown = status ? `the status ${quoted(cut(status, maxWordChars))}` : 'no status';
  return `has ${shown}; "SUCCESS" was expected.`;
}
