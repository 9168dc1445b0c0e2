import type { Audience, Options } from '../audiences.ts';
import { cadenceOf } from '../check-definition.ts';
import { profileEntity } from '../members.ts';
import type { Include } from './query.ts';

/** Who can join if `filterByExternalIds` does not say otherwise. */
const defaultExternalIds = ['user_id', 'email', 'android.idfa', 'ios.idfa'];

/** `AudienceSummary`: what create and update answer. */
export function narrow({ size, definition, options, ...rest }: Audience): object {
  const { query, level, targetEntity } = definition;
  // The reference does not state whether the default target is shown.
  const target = level === 'linked' ? { targetEntity: targetEntity ?? profileEntity } : {};
  return {
    ...rest,
    audienceType: level.toUpperCase(),
    definition: { query, ...target },
    options: options && todaysOptions(options),
  };
}

/** `AudienceSummaryWithAudienceTypeAndLookback`: what get and list answer. */
export function wide(audience: Audience, { schedules }: Include): object {
  const { size, definition, options = {} } = audience;
  const { level } = definition;
  return {
    ...narrow(audience),
    options: { filterByExternalIds: defaultExternalIds, ...todaysOptions(options) },
    computeCadence: { type: cadenceFor(audience) },
    // Members of a linked audience are counted here only where they are profiles.
    size: size === undefined ? undefined : { type: sizeTypes[level], count: size },
    schedules: schedules ? [] : undefined,
  };
}

const sizeTypes = { users: 'USERS', accounts: 'ACCOUNTS', linked: 'USERS' } as const;

/**
 * Linked audiences run in the warehouse on a schedule; what is beyond our reading of the language is
 * taken to be batch as well.
 */
function cadenceFor({ definition }: Audience): 'BATCH' | 'REALTIME' {
  return definition.level === 'linked' ? 'BATCH' : (cadenceOf(definition) ?? 'BATCH');
}

/** The seed's `includeAnonymousUsers` became an external id among the others. */
function todaysOptions({ includeAnonymousUsers, ...options }: Options): Options {
  const { filterByExternalIds, ...others } = options;
  const ids = includeAnonymousUsers ? [...defaultExternalIds, 'anonymous_id'] : undefined;
  const filter = filterByExternalIds ?? ids;
  return { ...others, ...(filter && { filterByExternalIds: filter }) };
}
