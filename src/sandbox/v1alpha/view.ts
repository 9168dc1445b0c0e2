import type { Audience } from '../audiences.ts';

/** The 2024 edition's `AudienceSummary`, which all of its operations return. */
export function summary({ definition, size, ...rest }: Audience): object {
  const { query, level } = definition;
  return {
    ...rest,
    definition: { query, type: level },
    size,
  };
}
