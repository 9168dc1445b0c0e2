import type { Change, NewAudience, Options } from '../audiences.ts';
import type { Fields, Reader } from '../fields.ts';
import type { Media } from '../media.ts';

/*
 * The bodies of Segment's reference 73.2.0. No length limits are stated. Joi refuses empty strings
 * unless it is told otherwise, and nothing says that it is for a description.
 */

const classicTypes = ['USERS', 'ACCOUNTS'] as const;
const allTypes = [...classicTypes, 'LINKED'] as const;
const levels = { USERS: 'users', ACCOUNTS: 'accounts', LINKED: 'linked' } as const;

/** The body of `create_audience`; v1alpha has no linked audiences. */
export function readerOfCreate(media: Media): Reader<NewAudience> {
  const types = media === 'v1alpha' ? classicTypes : allTypes;
  return (fields) => {
    const type = fields.at('audienceType').required().oneOf(types);
    const definition = fields
      .at('definition')
      .required()
      .object((inner) => {
        const target = inner.at('targetEntity');
        if (target.isGiven && type !== undefined && type !== 'LINKED') {
          target.refuse('is not allowed unless "audienceType" is LINKED');
        }
        const query = inner.at('query').required().text() ?? '';
        return { query, targetEntity: target.textOrNull() };
      });
    return {
      name: fields.at('name').required().text() ?? '',
      description: fields.at('description').text(),
      enabled: fields.at('enabled').flag(),
      definition: { query: '', ...definition, level: levels[type ?? 'USERS'] },
      options: fields.at('options').object(readOptions),
    };
  };
}

/**
 * The body of `update_audience_for_space`. A body without any field is not ruled out. v1alpha takes
 * the target entity, but no options.
 */
export function readerOfUpdate(media: Media): Reader<Change> {
  const isAlpha = media === 'v1alpha';
  return (fields) => ({
    name: fields.at('name').text(),
    description: fields.at('description').text(),
    enabled: fields.at('enabled').flag(),
    definition: fields.at('definition').object((inner) => {
      const query = inner.at('query').required().text() ?? '';
      const targetEntity = isAlpha ? inner.at('targetEntity').textOrNull() : undefined;
      return targetEntity === undefined ? { query } : { query, targetEntity };
    }),
    options: isAlpha ? undefined : fields.at('options').object(readOptions),
  });
}

/** Bounds are not stated, but for the days, which were once said to be positive. */
function readOptions(fields: Fields): Options {
  const includeHistoricalData = fields.at('includeHistoricalData').flag();
  const days = fields.at('backfillEventDataDays');
  if (days.isGiven && includeHistoricalData !== true) {
    days.refuse('is not allowed unless "options.includeHistoricalData" is true');
  }
  return {
    includeHistoricalData,
    filterByExternalIds: fields.at('filterByExternalIds').texts(),
    backfillEventDataDays: days.positiveInteger(),
  };
}
