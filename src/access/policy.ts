import * as z from 'zod';
import type { Config } from '../config/config.ts';
import { settings } from '../config/settings.ts';
import { type ConfirmMode, confirmModes } from '../safety/agreement.ts';
import { defaultToolsets, type Toolset } from '../tools/toolsets.ts';

/** What one caller may do: it only narrows the server's settings. What is missing is theirs. */
export interface AccessPolicy {
  readonly readOnly?: boolean;
  readonly spaces?: readonly string[];
  readonly tools?: readonly string[];
  readonly toolsets?: readonly Toolset[];
  readonly confirm?: ConfirmMode;
  /** Whether values of properties and traits, and ids of members may be shown. */
  readonly samples?: boolean;
  readonly callsPerMinute?: number;
  /** The name of the Segment token to use; `default` if missing. */
  readonly token?: string;
}

/** What a caller may give up for a connection: neither a quota nor a token. */
export type Narrowing = Omit<AccessPolicy, 'callsPerMinute' | 'token'>;

/** The name of the token for policies that name none. */
export const defaultTokenName = 'default';

const maxCallsPerMinute = 100_000;

/** The name of a Segment token: too short to be a token itself. */
export const tokenNameSchema = z
  .string()
  .regex(/^[a-z\d][a-z\d_-]{0,31}$/i, 'must have 1 to 32 letters, digits, hyphens or underscores');

/** A list of what a setting takes one or several of. An empty one would be unclear. */
function listOf<Item>(schema: z.ZodType<Item[], string>): z.ZodType<Item[], string[]> {
  return z
    .array(z.string())
    .min(1, 'must not be empty: leave it out to restrict nothing')
    .transform((list, context) =>
      list.flatMap((entry, index) => {
        const result = schema.safeParse(entry);
        if (result.data?.length === 1) return result.data;
        const [issue] = result.error?.issues ?? [];
        const message = issue?.message ?? 'must be a single name';
        context.issues.push({ code: 'custom', message, path: [index], input: entry });
        return [];
      }),
    );
}

/** A policy as files hold it; unknown fields are refused, since they may be misspelled restrictions. */
export const policySchema = z.strictObject({
  readOnly: z.boolean().optional(),
  spaces: listOf(settings.allowedSpaces.schema()).optional(),
  tools: listOf(settings.tools.schema()).optional(),
  toolsets: listOf(settings.toolsets.schema()).optional(),
  confirm: z.enum(confirmModes).optional(),
  samples: z.boolean().optional(),
  callsPerMinute: z.int().min(1).max(maxCallsPerMinute).optional(),
  token: tokenNameSchema.optional(),
}) satisfies z.ZodType<AccessPolicy>;

/** The settings that a policy narrows. */
export type Narrowable = Pick<
  Config,
  'policy' | 'tools' | 'toolsets' | 'noSamples' | 'confirm' | 'space'
>;

/** The settings for somebody with this policy: nothing that either of them forbids is allowed. */
export function narrow<Settings extends Narrowable>(
  given: Settings,
  policy: AccessPolicy,
): Settings {
  const allowedSpaces = inBoth(given.policy.allowedSpaces, policy.spaces);
  const isSpaceLeft = given.space !== undefined && allowedSpaces?.includes(given.space) !== false;
  // Where tools are named, all toolsets are offered: a policy that names tools must not thereby undo the
  // restriction to the default toolsets.
  const toolsets = given.toolsets ?? (given.tools ? undefined : defaultToolsets);
  return {
    ...given,
    policy: { readOnly: given.policy.readOnly || policy.readOnly === true, allowedSpaces },
    tools: inBoth(given.tools, policy.tools),
    toolsets: inBoth(toolsets, policy.toolsets),
    noSamples: given.noSamples || policy.samples === false,
    confirm: stricter(given.confirm, policy.confirm ?? given.confirm),
    space: isSpaceLeft ? given.space : undefined,
  };
}

/** One policy for somebody to whom both apply. */
export function combine(policy: AccessPolicy, further: Narrowing): AccessPolicy {
  const confirm = further.confirm ?? policy.confirm;
  return {
    ...policy,
    readOnly: policy.readOnly === true || further.readOnly === true,
    spaces: inBoth(policy.spaces, further.spaces),
    tools: inBoth(policy.tools, further.tools),
    toolsets: inBoth(policy.toolsets, further.toolsets),
    confirm: confirm && stricter(policy.confirm ?? confirm, confirm),
    samples: policy.samples !== false && further.samples !== false,
  };
}

/** What is in both lists; an empty list allows nothing, and a missing one everything. */
function inBoth<Item>(
  one: readonly Item[] | undefined,
  other: readonly Item[] | undefined,
): readonly Item[] | undefined {
  if (!one || !other) return one ?? other;
  return one.filter((item) => other.includes(item));
}

function stricter(one: ConfirmMode, other: ConfirmMode): ConfirmMode {
  return confirmModes.indexOf(one) > confirmModes.indexOf(other) ? one : other;
}
