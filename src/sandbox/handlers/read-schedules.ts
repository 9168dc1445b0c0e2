import { noSchedule } from '../answers.ts';
import type { Handler } from '../operation.ts';

/** The response for an audience that can have none is not stated: here it is an empty list. */
export const listSchedules: Handler = (request) => {
  const { schedules } = request.space();
  const { id } = request.audience();
  request.query(() => {});
  return { audienceSchedules: schedules.list(id) };
};

export const getSchedule: Handler = (request) => {
  const { schedules } = request.space();
  const { id } = request.audience();
  request.query(() => {});
  const scheduleId = request.param('scheduleId');
  const found = schedules.get(id, scheduleId);
  if (!found) throw noSchedule(scheduleId);
  return { audienceSchedule: found };
};
