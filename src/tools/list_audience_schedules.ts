import * as z from 'zod';
import { scheduleSchema } from '../segment/models/schedule.ts';
import { advice, id, spaceId, spaceOf } from './fields.ts';
import { adviceIfDisabled, readLinked, shortSchedule } from './linked-audience.ts';
import { withFirstRows } from './short-rows.ts';
import { defineTool } from './tool.ts';

export const listAudienceSchedules = defineTool({
  name: 'list_audience_schedules',
  title: 'List audience schedules',
  description: 'List the schedules on which a linked audience runs.',
  hints: {
    readOnlyHint: true,
    destructiveHint: false,
    idempotentHint: true,
    openWorldHint: true,
  },
  input: () => z.strictObject({ spaceId, id }),
  output: () => z.object({ schedules: z.array(scheduleSchema), advice }),
  async handle(given, context) {
    const input = { spaceId: spaceOf(given, context), id: given.id };
    const { audience, schedules } = await readLinked(input, context);
    const said = adviceIfDisabled(audience, context.now());
    return withFirstRows(schedules.map(shortSchedule), (shown) => {
      const more = schedules.length - shown.length;
      const missing = more > 0 ? [`${more} more schedules are not shown.`] : [];
      return { schedules: shown, advice: [...said, ...missing] };
    });
  },
});
