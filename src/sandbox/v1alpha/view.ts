import type { Audience } from '../audiences.ts';

/** The seed's `AudienceSummary`, which all of its operations answer with. */
export function summary({ definition, size, ...rest }: Audience): object {
  const { query, level } = definition;
  return {
    ...rest,
    definition: { query, type: level },
    size,
  };
}
