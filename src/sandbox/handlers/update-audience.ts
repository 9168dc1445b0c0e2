import { conflict, noAudience, Refusal } from '../answers.ts';
import type { Audience, Change, Definition } from '../audiences.ts';
import { checkDefinition } from '../check-definition.ts';
import type { Reader } from '../fields.ts';
import type { Media } from '../media.ts';
import type { Handler } from '../operation.ts';
import { profileEntity } from '../people.ts';

/** @param readerOf the body by edition. @param view the audience in the response. */
export function updateAudience(
  readerOf: (media: Media) => Reader<Change>,
  view: (audience: Audience) => object,
): Handler {
  return (request) => {
    const { audiences, findByKey } = request.space();
    request.query(() => {});
    const present = request.audience();
    const change = request.body(readerOf(request.media));
    const lockedUntil = audiences.lockedUntil(present.id);
    if (lockedUntil !== undefined) throw locked(present.id, lockedUntil);
    const { definition } = change;
    if (definition) {
      const next = { ...present.definition, ...definition };
      checkTarget(present.definition, next);
      const problems = checkDefinition(present, next, findByKey);
      if (problems.length > 0) throw new Refusal(422, ...problems);
    }
    const changed = audiences.update(present.id, change);
    if (!changed) throw noAudience(present.id);
    return { audience: view(changed) };
  };
}

/** The target is fixed at creation, but today's v1alpha takes it in an update. */
function checkTarget(before: Definition, after: Definition): void {
  if ((before.targetEntity ?? profileEntity) === (after.targetEntity ?? profileEntity)) return;
  const field = 'definition.targetEntity';
  const message = `"${field}" can't be changed`;
  throw new Refusal(422, { type: 'input-validation', message, field });
}

/**
 * The reference states that an update locks an audience, but not the response to an edit of a
 * locked one.
 */
function locked(id: string, until: number): Refusal {
  const end = new Date(until).toISOString();
  return conflict(`Audience ${id} is locked until its last change has been processed, at ${end}`);
}
