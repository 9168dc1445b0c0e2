import type { Audience } from '../audiences.ts';
import type { Reader } from '../fields.ts';
import type { Handler } from '../operation.ts';
import type { SpaceState } from '../space-state.ts';

/** @param readQuery the parameters. @param view the audience in the response, depending on them. */
export function getAudience<Query>(
  readQuery: Reader<Query>,
  view: (audience: Audience, query: Query, space: SpaceState) => object,
): Handler {
  return (request) => {
    const space = request.space();
    const query = request.query(readQuery);
    return { audience: view(request.audience(), query, space) };
  };
}
