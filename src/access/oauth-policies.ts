import * as z from 'zod';
import { parseJson } from './file-text.ts';
import { type AccessPolicy, policySchema } from './policy.ts';

const claimValue = z.union([z.string(), z.number(), z.boolean()], {
  error: 'must be a string, a number, true or false',
});

const fileSchema = z.array(
  z.strictObject({
    claim: z.string().min(1, 'must not be empty'),
    value: claimValue,
    policy: policySchema,
  }),
);

/** The policy for tokens in which a claim has a value. */
export interface ClaimPolicy {
  readonly claim: string;
  readonly value: string | number | boolean;
  readonly policy: AccessPolicy;
}

/** @throws {BrokenFile} with everything that is wrong. */
export function parseOAuthPolicies(text: string): readonly ClaimPolicy[] {
  return parseJson(text, fileSchema);
}

/** The first policy whose claim has its value, or holds it in a list; undefined if there is none. */
export function policyFor(
  claims: Readonly<Record<string, unknown>>,
  policies: readonly ClaimPolicy[],
): AccessPolicy | undefined {
  return policies.find(({ claim, value }) => {
    const given = claimIn(claims, claim);
    return Array.isArray(given) ? given.includes(value) : given === value;
  })?.policy;
}

/** A claim by its name, else by a path: Keycloak has roles in `realm_access.roles`. */
function claimIn(claims: Readonly<Record<string, unknown>>, name: string): unknown {
  if (Object.hasOwn(claims, name)) return claims[name];
  let value: unknown = claims;
  for (const part of name.split('.')) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, part)) {
      return undefined;
    }
    value = Reflect.get(value, part);
  }
  return value;
}
