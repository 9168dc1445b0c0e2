import type { Change, Definition, NewAudience, Options } from '../audiences.ts';
import { intervals, isTimezone, type Timing } from '../due-times.ts';
import type { Fields, Reader } from '../fields.ts';
import type { Media } from '../media.ts';
import type { NewPreview } from '../previews.ts';

/*
 * The bodies of Segment's reference 73.2.0. It states no length limits. Joi rejects empty strings
 * by default, and nothing says that it accepts them for a description.
 */

const classicTypes = ['USERS', 'ACCOUNTS'] as const;
const allTypes = [...classicTypes, 'LINKED'] as const;
const levels = { USERS: 'users', ACCOUNTS: 'accounts', LINKED: 'linked' } as const;

/** The body of `create_audience`; v1alpha has no linked audiences. */
export function readerOfCreate(media: Media): Reader<NewAudience> {
  const types = media === 'v1alpha' ? classicTypes : allTypes;
  return (fields) => ({
    ...readDefinition(fields, types),
    name: fields.at('name').required().text() ?? '',
    description: fields.at('description').text(),
    enabled: fields.at('enabled').flag(),
    options: fields.at('options').object(readOptions),
  });
}

/** The body of `create_audience_preview`, which takes all types in every edition. */
export function readPreview(fields: Fields): NewPreview {
  return {
    ...readDefinition(fields, allTypes),
    options: fields.at('options').object((inner) => ({
      filterByExternalIds: inner.at('filterByExternalIds').texts(),
      backfillEventDataDays: inner.at('backfillEventDataDays').positiveInteger(),
    })),
  };
}

/** The body that adds or changes a schedule; a null config is of no use anymore. */
export function readSchedule(fields: Fields): Timing {
  const strategy = fields.at('strategy').required().oneOf(['PERIODIC', 'SPECIFIC_DAYS']);
  const config = fields.at('config').required();
  if (strategy === 'SPECIFIC_DAYS') {
    const noDays = { days: [], hours: [], timezone: '' };
    return { strategy, config: config.object(readSpecificDays) ?? noDays };
  }
  const periodic = strategy && config.object(readPeriodic);
  // What follows from an invalid strategy is not checked.
  return { strategy: 'PERIODIC', config: periodic ?? { interval: '1d' } };
}

function readPeriodic(fields: Fields) {
  return { interval: fields.at('interval').required().oneOf(intervals) ?? '1d' };
}

function readSpecificDays(fields: Fields) {
  const timezone = fields.at('timezone').required();
  const name = timezone.text();
  if (name !== undefined && !isTimezone(name)) {
    timezone.refuse('must be a name of the tz database, such as Europe/Berlin');
  }
  return {
    days: fields.at('days').required().integers({ min: 0, max: 6 }) ?? [],
    hours: fields.at('hours').required().integers({ min: 0, max: 23 }) ?? [],
    timezone: name ?? '',
  };
}

/** Reads `audienceType` and `definition`, whose target only linked audiences have. */
function readDefinition(
  fields: Fields,
  types: readonly (typeof allTypes)[number][],
): { definition: Definition } {
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
  return { definition: { query: '', ...definition, level: levels[type ?? 'USERS'] } };
}

/**
 * The body of `update_audience_for_space`. The reference does not rule out an empty one. v1alpha
 * takes the target entity, but no options.
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

/** The reference states no bounds, except that an earlier version called the days positive. */
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
