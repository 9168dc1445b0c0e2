import { Dependencies } from './dependencies.ts';
import { type Finding, findingKinds, type ReviewedSpace } from './findings.ts';
import { reviewRules } from './review-rules.ts';

export type { Finding, FindingKind, ReviewedAudience, ReviewedSpace } from './findings.ts';
export { findingKinds } from './findings.ts';

/**
 * Names what deserves a look in a space, from what is known about its audiences. It reads nothing and
 * decides nothing; what is not certain is worded that way. Never throws.
 *
 * @returns by kind, in the order of `findingKinds`, and then in the order of the space.
 */
export function review(space: ReviewedSpace): Finding[] {
  const dependencies = new Dependencies(space.audiences);
  const rank = ({ kind }: Finding) => findingKinds.indexOf(kind);
  return reviewRules.flatMap((rule) => rule(space, dependencies)).sort((a, b) => rank(a) - rank(b));
}
