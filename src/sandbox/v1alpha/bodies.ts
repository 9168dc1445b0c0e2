import type { Change, Definition, NewAudience, Options } from '../audiences.ts';
import type { Field, Fields } from '../fields.ts';

const maxNameChars = 255;
const levels = ['users', 'accounts'] as const;

/** `CreateAudienceAlphaInput` of 2024. */
export function readCreate(fields: Fields): NewAudience {
  const name = fields.at('name').required();
  return {
    name: readName(name) ?? '',
    description: fields.at('description').text({ mayBeEmpty: true }),
    enabled: fields.at('enabled').flag(),
    definition: fields.at('definition').required().object(readDefinition) ?? noDefinition,
    options: fields.at('options').object(readOptions),
  };
}

/** `UpdateAudienceForSpaceInput` of 2024: everything is optional, but something is required. */
export function readUpdate(fields: Fields): Change {
  fields.refuseEmpty();
  return {
    name: readName(fields.at('name')),
    description: fields.at('description').text({ mayBeEmpty: true }),
    enabled: fields.at('enabled').flag(),
    definition: fields.at('definition').object(readDefinition),
  };
}

/** A placeholder in a body that is rejected. */
const noDefinition: Definition = { query: '', level: 'users' };

function readName(field: Field): string | undefined {
  const name = field.text();
  if ((name?.length ?? 0) > maxNameChars) {
    field.refuse(`must have at most ${maxNameChars} characters`);
  }
  return name;
}

/**
 * The type in either case: the reference of 2024 writes it in lower case, other pages of that time
 * in upper case.
 */
function readDefinition(fields: Fields): Definition {
  const field = fields.at('type').required();
  const type = field.text({ mayBeEmpty: true })?.toLowerCase();
  const level = levels.find((each) => each === type);
  if (type !== undefined && !level) field.refuse(`must be one of [${levels.join(', ')}]`);
  return { query: fields.at('query').required().text() ?? '', level: level ?? 'users' };
}

function readOptions(fields: Fields): Options {
  return {
    includeHistoricalData: fields.at('includeHistoricalData').flag(),
    includeAnonymousUsers: fields.at('includeAnonymousUsers').flag(),
  };
}
