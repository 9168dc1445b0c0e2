import * as z from 'zod';

/** The first version of the protocol without `initialize`, and the newest that is served. */
export const modernVersion = '2026-07-28';

/** The member of `_meta` by which a request names its version. */
const versionKey = 'io.modelcontextprotocol/protocolVersion';

const claimingSchema = z.looseObject({
  params: z.looseObject({ _meta: z.looseObject({ [versionKey]: z.unknown() }) }),
});

/** Whether a message says which version of the protocol it speaks: only those of the new kind do. */
export function namesItsVersion(message: unknown): boolean {
  const { data } = claimingSchema.safeParse(message);
  return data !== undefined && versionKey in data.params._meta;
}
