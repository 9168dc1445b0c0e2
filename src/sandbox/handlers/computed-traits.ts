import { conflict, notFound, Refusal } from '../answers.ts';
import { checkTraitDefinition } from '../check-definition.ts';
import { readCreate, readUpdate, traitSummary } from '../computed-trait-forms.ts';
import type { ComputedTrait } from '../computed-traits.ts';
import type { Handler, OperationRequest } from '../operation.ts';
import { readPage, takePage, usualPaging } from '../pages.ts';

/*
 * The five operations of the tag Computed Traits, which are the same in both editions.
 */

export const createComputedTrait: Handler = (request) => {
  const { computedTraits, audiences, findByKey } = request.space();
  request.query(() => {});
  const wanted = request.body(readCreate);
  const key = audiences.nextKey(wanted.name);
  const problems = checkTraitDefinition(key, wanted.definition, findByKey);
  if (problems.length > 0) throw new Refusal(422, ...problems);
  return { computedTrait: traitSummary(computedTraits.create(wanted)) };
};

export const getComputedTrait: Handler = (request) => {
  const found = traitOf(request);
  request.query(() => {});
  return { computedTrait: traitSummary(found) };
};

export const listComputedTraits: Handler = (request) => {
  const { computedTraits } = request.space();
  const page = request.query((fields) => readPage(fields, usualPaging));
  const { items, pagination } = takePage(computedTraits.list(), page, usualPaging);
  return { computedTraits: items.map(traitSummary), pagination };
};

export const updateComputedTrait: Handler = (request) => {
  const { computedTraits, findByKey } = request.space();
  request.query(() => {});
  const present = traitOf(request);
  const change = request.body(readUpdate);
  const lockedUntil = computedTraits.lockedUntil(present.id);
  if (lockedUntil !== undefined) {
    const end = new Date(lockedUntil).toISOString();
    throw conflict(`Computed trait ${present.id} is locked until ${end}`);
  }
  const { definition } = change;
  if (definition) {
    if (definition.level !== present.definition.level) throw levelFixed();
    const problems = checkTraitDefinition(present.key, definition, findByKey);
    if (problems.length > 0) throw new Refusal(422, ...problems);
  }
  const changed = computedTraits.update(present.id, change);
  if (!changed) throw noTrait(present.id);
  return { computedTrait: traitSummary(changed) };
};

export const removeComputedTrait: Handler = (request) => {
  const { computedTraits } = request.space();
  request.query(() => {});
  const id = request.param('id');
  if (!computedTraits.remove(id)) throw noTrait(id);
  return { status: 'SUCCESS' };
};

function traitOf(request: OperationRequest): ComputedTrait {
  const id = request.param('id');
  const found = request.space().computedTraits.get(id);
  if (!found) throw noTrait(id);
  return found;
}

function noTrait(id: string): Refusal {
  return notFound(`There is no computed trait ${id} in this space`);
}

/** The reference does not state that a trait of users can become one of accounts. */
function levelFixed(): Refusal {
  const field = 'definition.type';
  const message = `"${field}" can't be changed`;
  return new Refusal(422, { type: 'input-validation', message, field });
}
