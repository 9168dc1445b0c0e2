import type { Fields } from './read.ts';
import type { Outcome } from './result.ts';
import { open, type View } from './screen.ts';
import { call } from './server.ts';

/*
 * From one view to another, by a call of a tool.
 */

type Route = (tool: string, args: Fields, outcome: Outcome) => View;

let viewOf: Route;

/** Sets which view shows a result. It is set once, and not imported, because views go on from here. */
export function routeBy(route: Route): void {
  viewOf = route;
}

/** Calls a tool, and shows its result: in place of a view, or with a way back. */
export async function go(tool: string, args: Fields, old?: View): Promise<Outcome> {
  const outcome = await call(tool, args);
  open(viewOf(tool, args, outcome), old);
  return outcome;
}

/** The same for one audience, with everything that can be read of it. */
export function goToAudience(spaceId: unknown, id: string, old?: View): Promise<Outcome> {
  const include = ['schedules', 'destinations', 'usedBy'];
  return go('get_audience', { spaceId, id, include }, old);
}
