import type {
  ComputedTrait,
  NewComputedTrait,
  TraitChange,
  TraitDefinition,
} from './computed-traits.ts';
import type { Fields } from './fields.ts';

/*
 * The bodies and responses of the tag Computed Traits, which still has the form that audiences had
 * in 2024.
 */

const types = ['USERS', 'ACCOUNTS'] as const;
const levels = { USERS: 'users', ACCOUNTS: 'accounts' } as const;

/** The body of `create_computed_trait`. */
export function readCreate(fields: Fields): NewComputedTrait {
  return {
    name: fields.at('name').required().text() ?? '',
    description: fields.at('description').text(),
    enabled: fields.at('enabled').flag(),
    definition: fields.at('definition').required().object(readDefinition) ?? noDefinition,
    options: fields.at('options').object((inner) => ({
      includeHistoricalData: inner.at('includeHistoricalData').flag(),
      includeAnonymousUsers: inner.at('includeAnonymousUsers').flag(),
      backfillDurationDays: inner.at('backfillDurationDays').positiveInteger(),
    })),
  };
}

/** The body of `update_computed_trait_for_space`; the reference does not rule out an empty one. */
export function readUpdate(fields: Fields): TraitChange {
  return {
    name: fields.at('name').text(),
    description: fields.at('description').text(),
    enabled: fields.at('enabled').flag(),
    definition: fields.at('definition').object(readDefinition),
  };
}

/** `ComputedTraitSummary`, which all of the operations return. */
export function traitSummary({ definition, ...rest }: ComputedTrait): object {
  const { query, level } = definition;
  return { ...rest, definition: { query, type: level.toUpperCase() } };
}

/** A placeholder in a body that is rejected. */
const noDefinition: TraitDefinition = { query: '', level: 'users' };

/** The reference's prose writes the type in lower case, its models and samples in upper case. */
function readDefinition(fields: Fields): TraitDefinition {
  const type = fields.at('type').required().oneOf(types);
  return { query: fields.at('query').required().text() ?? '', level: levels[type ?? 'USERS'] };
}
