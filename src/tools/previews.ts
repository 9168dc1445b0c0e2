import * as z from 'zod';
import type { Audience } from '../segment/models/audience.ts';
import type { PreviewQuota } from '../space/previews.ts';
import { cut } from '../text/visible.ts';

/*
 * What results say about previews.
 */

const maxUnitChars = 50;
/** The share of the month's previews from which there is a warning. */
const warnFrom = 0.9;

/** A size as results show it. */
export const shownSizeSchema = () =>
  z.object({
    type: z.string().optional().describe('What is counted'),
    count: z.number().optional(),
    uniqueCount: z.number().optional(),
  });

/** @returns the fields that are known; undefined if Segment shows no size. */
export function shownSize(
  size: Audience['size'],
): z.infer<ReturnType<typeof shownSizeSchema>> | undefined {
  if (!size) return undefined;
  const { type, count, uniqueCount } = size;
  return {
    type: type ? cut(type, maxUnitChars) : undefined,
    count: count ?? undefined,
    uniqueCount: uniqueCount ?? undefined,
  };
}

/** Advice on the quota of previews. */
export function adviceOnQuota({ usedThisMonth, monthlyLimit, isShared }: PreviewQuota): string[] {
  const advice: string[] = [];
  if (usedThisMonth >= monthlyLimit) {
    advice.push(
      `By this server's count, all ${monthlyLimit} of this month's previews are used up; Segment may refuse more until next month (UTC).`,
    );
  } else if (usedThisMonth >= monthlyLimit * warnFrom) {
    advice.push(
      `By this server's count, only ${monthlyLimit - usedThisMonth} of ${monthlyLimit} previews are left this month: save them for what matters.`,
    );
  }
  if (!isShared) {
    advice.push('usedThisMonth counts this process only: there is no state folder.');
  }
  return advice;
}
