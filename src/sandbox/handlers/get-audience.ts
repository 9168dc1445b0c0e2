import type { Audience } from '../audiences.ts';
import type { Reader } from '../fields.ts';
import type { Handler } from '../operation.ts';

/** @param readQuery the parameters. @param view the audience of the answer, as they ask for it. */
export function getAudience<Query>(
  readQuery: Reader<Query>,
  view: (audience: Audience, query: Query) => object,
): Handler {
  return (call) => {
    call.audiences();
    const query = call.query(readQuery);
    return { audience: view(call.audience(), query) };
  };
}
