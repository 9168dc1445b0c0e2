import { Refusal } from '../answers.ts';
import { checkDefinition } from '../check-definition.ts';
import type { Reader } from '../fields.ts';
import type { Handler } from '../operation.ts';
import type { NewPreview } from '../previews.ts';

/** @param readBody the body, the same in all editions. */
export function createPreview(readBody: Reader<NewPreview>): Handler {
  return (request) => {
    const { previews, findByKey } = request.space();
    request.query(() => {});
    const wanted = request.body(readBody);
    // A preview has no key, so it can't use itself.
    const problems = checkDefinition({ key: '' }, wanted.definition, findByKey);
    if (problems.length > 0) throw new Refusal(422, ...problems);
    const { used, ms } = previews.ofThisMonth();
    if (ms > 0) throw monthUsedUp(used, ms);
    return { audiencePreview: { id: previews.start(wanted) } };
  };
}

/** The reference states that there is such a limit, but not the response beyond it. */
function monthUsedUp(used: number, msBeforeNext: number): Refusal {
  return new Refusal(429, {
    type: 'RequestError',
    message: `Too many requests: ${used} previews of this space in this month`,
    data: { remainingPoints: 0, msBeforeNext, consumedPoints: used },
  });
}
