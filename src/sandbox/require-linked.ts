import { Refusal } from './answers.ts';
import type { Audience } from './audiences.ts';

/**
 * Schedules and runs are for linked audiences; the status for others is not stated.
 *
 * @throws {Refusal} 422.
 */
export function requireLinked({ id, definition: { level } }: Audience): void {
  if (level === 'linked') return;
  const message = `Audience ${id} is of the type ${level.toUpperCase()}: only LINKED audiences have schedules and runs`;
  throw new Refusal(422, { type: 'input-validation', message });
}
