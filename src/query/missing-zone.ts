/** Why a definition is computed in batches; the only reason that another spelling of a value removes. */
export const missingZone = 'a date is compared with one that has no time zone';
