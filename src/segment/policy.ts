import { AudiencesError } from './errors.ts';

/** What this server may do at all, whatever leads to a request. */
export interface Policy {
  /** Whether only reads are allowed. */
  readonly readOnly: boolean;
  /** The only spaces that may be used; undefined for all that the token reaches. */
  readonly allowedSpaces: readonly string[] | undefined;
}

/** Whether a space may be used. */
export function isSpaceAllowed(
  { allowedSpaces }: Pick<Policy, 'allowedSpaces'>,
  spaceId: string,
): boolean {
  return allowedSpaces === undefined || allowedSpaces.includes(spaceId);
}

/**
 * Refuses what the policy rules out.
 *
 * @param name of the operation. @param writes whether it changes something.
 * @param spaceId undefined for an operation on the whole workspace. @param field the argument that
 * names the space.
 * @throws {AudiencesError} `space_not_allowed` or `read_only`.
 */
export function assertAllowed(
  policy: Policy,
  name: string,
  { writes }: { writes: boolean },
  spaceId: string | undefined,
  field = 'spaceId',
): void {
  const { readOnly, allowedSpaces = [] } = policy;
  if (spaceId !== undefined && !isSpaceAllowed(policy, spaceId)) {
    const isAnyLeft = allowedSpaces.length > 0;
    const waysOut = isAnyLeft
      ? `Use one of the allowed spaces: ${allowedSpaces.join(', ')}`
      : 'No spaces are allowed here';
    throw new AudiencesError(
      'space_not_allowed',
      `${name}: the space ${JSON.stringify(spaceId)} is not allowed here. Nothing was sent.`,
      {
        next: `${waysOut}. Only whoever runs this server can allow others (SEGMENT_ALLOWED_SPACES, or the policy of a key).`,
        field,
      },
    );
  }
  if (readOnly && writes) {
    throw new AudiencesError(
      'read_only',
      `${name}: only reading is allowed here. Nothing was sent.`,
      {
        next: 'Tell the user; only whoever runs this server can allow writing (SEGMENT_READ_ONLY, --read-only, or the policy of a key).',
      },
    );
  }
}
