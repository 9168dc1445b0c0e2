import type { Audience } from '../audiences.ts';
import type { Reader } from '../fields.ts';
import type { Handler } from '../operation.ts';

/** @param readQuery the parameters. @param view the audience of the answer, as they ask for it. */
export function getAudience<Query>(
  readQuery: Reader<Query>,
  view: (audience: Audience, query: Query) => object,
): Handler {
  return (request) => {
    request.audiences();
    const query = request.query(readQuery);
    return { audience: view(request.audience(), query) };
  };
}
