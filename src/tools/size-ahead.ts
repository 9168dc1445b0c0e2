import type { NewAudience } from '../segment/contract.ts';
import { AudiencesError } from '../segment/errors.ts';
import type { Audience } from '../segment/models/audience.ts';
import { cut, quotedPlainly, visible } from '../text/visible.ts';
import { shownSize } from './previews.ts';
import type { ToolContext } from './tool.ts';

/** How long a create waits for a preview, in milliseconds; it needs the rest of its time itself. */
const maxWaitMs = 20_000;
const maxReasonChars = 300;

/** The size that an audience would have, or why it is not known. */
export interface SizeAhead {
  size: Audience['size'];
  /** For the user, before they agree. */
  warnings: string[];
  advice: string[];
}

/**
 * Previews an audience that is to be created. @throws {CancelledError} if the call is cancelled.
 */
export async function sizeAhead(
  wanted: NewAudience,
  { previews, call }: Pick<ToolContext, 'previews' | 'call'>,
): Promise<SizeAhead> {
  try {
    const { spaceId, query, type, targetEntity } = wanted;
    const { filterByExternalIds, backfillEventDataDays } = wanted;
    const input = {
      spaceId,
      query,
      type,
      targetEntity,
      filterByExternalIds,
      backfillEventDataDays,
    };
    const { state, because } = await previews.of(input, call, maxWaitMs);
    if (state.status === 'COMPLETED') {
      const size = shownSize(state.size);
      const count = size?.count ?? 'an unknown number of';
      const unit = size?.type ? ` (${size.type.toLowerCase()})` : '';
      return { size, warnings: [], advice: [`A preview found ${count} members${unit}.`] };
    }
    if (state.status === 'FAILED') return unknown(state.failureReason ?? 'the preview failed');
    const later = `preview_audience with previewId ${quotedPlainly(state.id)} shows it later`;
    return unknown(`${because ?? 'the preview is still running'}; ${later}`);
  } catch (error) {
    if (!(error instanceof AudiencesError) || call.signal.aborted) throw error;
    return unknown(error.message);
  }
}

function unknown(reason: string): SizeAhead {
  const text = cut(visible(reason), maxReasonChars);
  const because = text.endsWith('.') ? text.slice(0, -1) : text;
  return {
    size: undefined,
    warnings: [`Its size could not be determined in advance: ${because}.`],
    advice: [],
  };
}
