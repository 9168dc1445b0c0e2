import { Refusal } from '../answers.ts';
import type { Audience, NewAudience } from '../audiences.ts';
import { checkDefinition } from '../check-definition.ts';
import type { Reader } from '../fields.ts';
import type { Media } from '../media.ts';
import type { Handler } from '../operation.ts';

/** @param readerOf the body by edition. @param view the audience in the response. */
export function createAudience(
  readerOf: (media: Media) => Reader<NewAudience>,
  view: (audience: Audience) => object,
): Handler {
  return (request) => {
    const { audiences, findByKey } = request.space();
    request.query(() => {});
    const wanted = request.body(readerOf(request.media));
    const future = { key: audiences.nextKey(wanted.name) };
    const problems = checkDefinition(future, wanted.definition, findByKey);
    if (problems.length > 0) throw new Refusal(422, ...problems);
    return { audience: view(audiences.create(wanted)) };
  };
}
