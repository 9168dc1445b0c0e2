import type { IndexedAudience } from '../space/audience-index.ts';
import type { Finding } from '../space/review.ts';
import type { Redactor } from '../text/redact.ts';

/**
 * Audiences with every secret in their texts replaced. Pictures cut and escape texts, after which a
 * secret would not be recognized.
 */
export function redactedAudiences(
  audiences: readonly IndexedAudience[],
  redactor: Redactor,
): IndexedAudience[] {
  const text = (given: string | undefined) => given && redactor.text(given);
  return audiences.map((audience) => ({
    ...audience,
    id: redactor.text(audience.id),
    name: text(audience.name),
    key: text(audience.key),
    status: text(audience.status),
    cadence: text(audience.cadence),
    updatedAt: text(audience.updatedAt),
    references: audience.references && {
      ...audience.references,
      traits: audience.references.traits.map((name) => redactor.text(name)),
    },
    memberships: audience.memberships.map((name) => redactor.text(name)),
  }));
}

/** The same for what deserves a look. */
export function redactedFinding(finding: Finding, redactor: Redactor): Finding {
  return {
    ...finding,
    message: redactor.text(finding.message),
    audiences: finding.audiences.map(({ id, name }) => ({
      id: redactor.text(id),
      name: name && redactor.text(name),
    })),
  };
}
