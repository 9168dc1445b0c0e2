import type { Audience, Options } from '../audiences.ts';
import { cadenceOf } from '../check-definition.ts';
import { defaultExternalIds, profileEntity } from '../people.ts';
import type { Preview } from '../previews.ts';
import type { SpaceState } from '../space-state.ts';
import type { Include } from './query.ts';

/** `AudienceSummary`: what create and update return. */
export function narrow({ size, definition, options, ...rest }: Audience): object {
  return {
    ...rest,
    audienceType: definition.level.toUpperCase(),
    definition: definitionView(definition),
    options: options && todaysOptions(options),
  };
}

/** The reference does not state whether the default target is shown. */
function definitionView({ query, level, targetEntity }: Audience['definition']): object {
  return level === 'linked' ? { query, targetEntity: targetEntity ?? profileEntity } : { query };
}

/** `AudienceSummaryWithAudienceTypeAndLookback`: what get and list return. */
export function wide(audience: Audience, include: Include, space: SpaceState): object {
  const { id, size, options = {} } = audience;
  return {
    ...narrow(audience),
    options: { filterByExternalIds: defaultExternalIds, ...todaysOptions(options) },
    computeCadence: { type: cadenceFor(audience) },
    size,
    schedules: include.schedules ? space.schedules.list(id) : undefined,
  };
}

/** `AudiencePreview`: everything but the status follows from it. */
export function previewView({ definition, outcome = {}, ...rest }: Preview): object {
  return {
    ...rest,
    audienceType: definition.level.toUpperCase(),
    definition: definitionView(definition),
    ...outcome,
  };
}

/**
 * Linked audiences run in the warehouse on a schedule; a definition that the language here can't
 * read is assumed to be batch as well.
 */
function cadenceFor({ definition }: Audience): 'BATCH' | 'REALTIME' {
  return definition.level === 'linked' ? 'BATCH' : (cadenceOf(definition) ?? 'BATCH');
}

/** The 2024 edition's `includeAnonymousUsers` became one of the external ids. */
function todaysOptions({ includeAnonymousUsers, ...options }: Options): Options {
  const { filterByExternalIds, ...others } = options;
  const ids = includeAnonymousUsers ? [...defaultExternalIds, 'anonymous_id'] : undefined;
  const filter = filterByExternalIds ?? ids;
  return { ...others, ...(filter && { filterByExternalIds: filter }) };
}
