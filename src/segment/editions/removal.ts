import * as z from 'zod';
import { cut, quoted } from '../../visible.ts';
import type { StatusOutput } from '../contract.ts';

/*
 * What Segment answers to a removal: the word SUCCESS, as its reference says; other words are not
 * listed there, and tell of nothing that was done.
 */

/** So much of another word shows which one it is. */
const maxWordChars = 100;

export const removalStatus: z.ZodType<StatusOutput> = z.lazy(() =>
  z.looseObject({
    status: z.string().optional().catch(undefined),
  }),
);

/** Why a status leaves it in doubt that something was removed, as what follows "the response". */
export function doubtOfRemoval({ status }: StatusOutput): string | undefined {
  if (status?.toUpperCase() === 'SUCCESS') return undefined;
  const shown = status ? `the status ${quoted(cut(status, maxWordChars))}` : 'no status';
  return `has ${shown}; "SUCCESS" was expected.`;
}
