import { noSchedule } from '../answers.ts';
import type { Timing } from '../due-times.ts';
import type { Reader } from '../fields.ts';
import type { Handler } from '../operation.ts';
import { requireLinked } from '../require-linked.ts';

/**
 * The reference does not state how many schedules an audience may have; the list allows several.
 */
export function addSchedule(readBody: Reader<Timing>): Handler {
  return (request) => {
    const { schedules } = request.space();
    const audience = request.audience();
    request.query(() => {});
    const timing = request.body(readBody);
    requireLinked(audience);
    return { audienceSchedule: schedules.add(audience.id, timing) };
  };
}

/** Replaces everything in a schedule but its id: strategy and config are both required. */
export function updateSchedule(readBody: Reader<Timing>): Handler {
  return (request) => {
    const { schedules } = request.space();
    const audience = request.audience();
    request.query(() => {});
    const timing = request.body(readBody);
    requireLinked(audience);
    const id = request.param('scheduleId');
    const changed = schedules.update(audience.id, id, timing);
    if (!changed) throw noSchedule(id);
    return { audienceSchedule: changed };
  };
}

export const removeSchedule: Handler = (request) => {
  const { schedules } = request.space();
  const audience = request.audience();
  request.query(() => {});
  requireLinked(audience);
  const id = request.param('scheduleId');
  if (!schedules.remove(audience.id, id)) throw noSchedule(id);
  return { status: 'SUCCESS' };
};
