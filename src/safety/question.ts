import type { Audience } from '../segment/contract.ts';
import { cut, quoted, visible } from '../visible.ts';
import { explainAudience } from './meaning.ts';
import {
  type AudienceShape,
  type Difference,
  differences,
  maxQueryChars,
  snapshotOf,
  valueInWords,
} from './snapshot.ts';

/*
 * What a person reads before they agree to a write. Everything that strangers have written is quoted
 * on one line, so that it can't pass for a part of the question.
 */

/** How much of a long text is shown on either side of a change in it. */
const contextChars = 100;
/** More names than these would not be read. */
const maxDependentsNamed = 10;

/** What a write does to an audience. */
export type WriteKind = 'create' | 'change' | 'remove';

/** What there is to say about a write. */
export interface WriteFacts {
  kind: WriteKind;
  spaceId: string;
  /** The audience as it is now; undefined for one that is to be made. */
  before: Audience | undefined;
  /** The audience as it would be; undefined for one that is to be removed. */
  after: AudienceShape | undefined;
  /** Other audiences of the space built on this one; undefined if that is not known. */
  dependents: readonly Audience[] | undefined;
  /** What else the person should know, each in a sentence of our own. */
  notes: readonly string[];
}

/** Says in plain words what a write will do. */
export async function describeWrite(facts: WriteFacts): Promise<string> {
  const { kind, before = {}, after = {}, dependents, notes } = facts;
  const space = `in the space ${quoted(facts.spaceId)}`;
  const lines: string[] = [];
  switch (kind) {
    case 'create':
      lines.push(`Create an audience ${space}:`, ...(await audienceFacts(after)));
      break;
    case 'change':
      lines.push(`Change an audience ${space}:`, ...(await audienceFacts(before)));
      lines.push('', 'What changes:', ...(await changes(before, after)));
      break;
    case 'remove':
      lines.push(`Delete an audience ${space} for good:`, ...(await audienceFacts(before)));
      lines.push('- Its key can never be used again; profiles keep the trait.');
      break;
  }
  lines.push(...notes.map((note) => `- ${note}`));
  if (facts.before) lines.push(`- Used by: ${dependentsInWords(dependents)}`);
  return lines.join('\n');
}

async function audienceFacts(audience: AudienceShape): Promise<string[]> {
  const { name, key, description, definition, id, enabled, options, size } = audience;
  const { type, targetEntity } = snapshotOf(audience);
  const days = options?.backfillEventDataDays;
  const ids = options?.filterByExternalIds;
  const lines = [
    name && `- Name: ${quoted(name)}`,
    id && `- Id: ${quoted(id)}`,
    key && `- Key: ${quoted(key)}`,
    description && `- Description: ${quoted(description)}`,
    enabled === false && '- Switched off',
    typeof size?.count === 'number' && `- Size: ${size.count}`,
    type && `- Level: ${quoted(type)}`,
    targetEntity && `- Entity: ${quoted(targetEntity)}`,
    definition?.query && `- Definition: ${quoted(definition.query, maxQueryChars)}`,
    definition && `- It holds: ${cut(await meaningOf(audience), maxQueryChars)}`,
    options?.includeHistoricalData && '- With data from before now',
    typeof days === 'number' && `- With event data of the last ${days} days`,
    options?.includeAnonymousUsers && '- With anonymous users, which cannot be changed later',
    ids && `- Admits profiles that have one of: ${quoted(ids.join(', '))}`,
  ];
  return lines.filter((line): line is string => Boolean(line));
}

async function changes(before: AudienceShape, after: AudienceShape): Promise<string[]> {
  const found = differences(snapshotOf(before), snapshotOf(after));
  const lines = found.length > 0 ? found.map(changeInWords) : ['- Nothing; it is so already.'];
  if (found.some(({ field }) => field === 'query' || field === 'type')) {
    const [was, becomes] = [await meaningOf(before), await meaningOf(after)];
    lines.push(`- Then it holds: ${cut(excerpts(was, becomes)[1], maxQueryChars)}`);
  }
  if (before.enabled && after.enabled === false) lines.push('- It will no longer be computed.');
  return lines;
}

async function meaningOf(audience: AudienceShape): Promise<string> {
  const explanation = await explainAudience(audience);
  return explanation ? visible(explanation) : 'not known; the definition could not be read.';
}

function changeInWords({ field, before, after }: Difference): string {
  const [was, becomes] =
    typeof before === 'string' && typeof after === 'string'
      ? excerpts(before, after)
      : [before, after];
  return `- ${field}: ${valueInWords(was)} → ${valueInWords(becomes)}`;
}

/**
 * Of two long texts the parts that differ, with their context, so that a change can't hide behind
 * the place where a long text is cut.
 */
function excerpts(before: string, after: string): [string, string] {
  if (Math.max(before.length, after.length) <= maxQueryChars) return [before, after];
  const shorter = Math.min(before.length, after.length);
  let start = 0;
  while (start < shorter && before[start] === after[start]) start += 1;
  let end = 0;
  while (end < shorter - start && before.at(-1 - end) === after.at(-1 - end)) end += 1;
  const excerpt = (text: string) => {
    const from = Math.max(0, start - contextChars);
    const to = Math.min(text.length, text.length - end + contextChars);
    const middle = text.slice(from, to).toWellFormed();
    return `${from > 0 ? '… ' : ''}${middle}${to < text.length ? ' …' : ''}`;
  };
  return [excerpt(before), excerpt(after)];
}

function dependentsInWords(dependents: readonly Audience[] | undefined): string {
  if (dependents === undefined) return 'not known, the space could not be searched.';
  if (dependents.length === 0) return 'no other audience of the space.';
  const named = dependents
    .slice(0, maxDependentsNamed)
    .map(({ name, id }) => `${quoted(name ?? 'without a name')} (${quoted(id)})`);
  const more = dependents.length - named.length;
  return more > 0 ? `${named.join(', ')} and ${more} more` : named.join(', ');
}
