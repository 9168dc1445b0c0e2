import type { RequestPreview, SegmentApi } from '../segment/api.ts';
import type { CallContext } from '../segment/call.ts';
import { type Schedule, scheduleSchema } from '../segment/models/schedule.ts';
import { timingInWords } from './schedules.ts';
import { valueInWords } from './snapshot.ts';

/** Maximum length of a timing in a sentence. */
const maxTimingChars = 200;

/**
 * What a schedule shows otherwise than it was sent, as what follows "shows"; undefined if that is
 * nothing. What it does not show is not compared.
 */
export function scheduleUnlikeSent(
  { body }: Pick<RequestPreview, 'body'>,
  shown: Schedule,
): string | undefined {
  const sent = scheduleSchema.safeParse({ ...body, id: shown.id }).data;
  if (!sent || !shown.config) return undefined;
  const [should, is] = [timingInWords(sent), timingInWords(shown)];
  // The names of time zones are the same in any case.
  if (is.toLowerCase() === should.toLowerCase()) return undefined;
  const [shownAs, wanted] = [
    valueInWords(is, maxTimingChars),
    valueInWords(should, maxTimingChars),
  ];
  return `schedule as ${shownAs} instead of ${wanted}`;
}

/** Reads a schedule of an audience. @returns undefined if it is not listed, or the list can't be read. */
export async function readSchedule(
  api: SegmentApi,
  audience: { spaceId: string; id: string },
  scheduleId: string,
  looking: CallContext,
): Promise<Schedule | undefined> {
  const list = 'list_audience_schedules_from_space_and_audience';
  const output = await api.send(list, audience, looking).catch(() => undefined);
  return output?.audienceSchedules.find(({ id }) => id === scheduleId);
}
