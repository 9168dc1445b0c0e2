import * as z from 'zod';
import { scheduleSchema } from '../segment/models/schedule.ts';
import { fitted } from '../shorten.ts';
import { advice, id, spaceId, spaceOf } from './fields.ts';
import { adviceIfDisabled, readLinked } from './linked-audience.ts';
import { defineTool } from './tool.ts';

/** Of the JSON of a result. */
const maxResultChars = 59_000;

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
    const result = { schedules, advice: adviceIfDisabled(audience, context.now()) };
    return { ...result, ...fitted(result, maxResultChars) };
  },
});
