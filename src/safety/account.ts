import type { Write } from '../segment/api.ts';
import type { Audience } from '../segment/entities.ts';
import { cut, quoted, visible } from '../visible.ts';
import { type AudienceShape, type Difference, differences, snapshotOf } from './snapshot.ts';

/*
 * What a person is told before they agree to a write. Everything that strangers have written stands
 * in quotes and on one line, so that it can't pass for a part of the question.
 */

/** A definition that people are to judge is cut later than other texts. */
const longestQuery = 2000;
/** So much of a long text is shown on either side of a change in it. */
const around = 100;
/** More names than these would not be read. */
const mostUsers = 10;

/** What is known of a write beside what it would send. */
export interface Circumstances {
  /** The audience as it is now; undefined for one that is to be made. */
  before: Audience | undefined;
  /** The audience as it would be; undefined for one that is to go. */
  after: AudienceShape | undefined;
  /** Other audiences of the space whose definitions use this one; undefined if that is not known. */
  users: readonly Audience[] | undefined;
  /** What else the person should know, each in a sentence of our own. */
  notes: readonly string[];
  /** A definition in plain English; undefined for one that can't be read. */
  explain: (audience: AudienceShape) => Promise<string | undefined>;
}

/** Says in plain words what a write will do. */
export async function account(write: Write, circumstances: Circumstances): Promise<string> {
  const { before, after, users, notes, explain } = circumstances;
  const space = `in the space ${quoted(write.spaceId)}`;
  const lines: string[] = [];
  if (before && after) {
    lines.push(`Change an audience ${space}:`, ...(await facts(before)), '', 'What changes:');
    const changes = differences(snapshotOf(before), snapshotOf(after));
    lines.push(...(changes.length > 0 ? changes.map(change) : ['- Nothing; it is so already.']));
    if (changes.some(({ field }) => field === 'query' || field === 'type')) {
      const [was, becomes] = [await meaning(before), await meaning(after)];
      lines.push(`- Then it holds: ${cut(excerpts(was, becomes)[1], longestQuery)}`);
    }
    if (before.enabled && !after.enabled) lines.push('- It will no longer be computed.');
  } else if (before) {
    lines.push(`Delete an audience ${space} for good:`, ...(await facts(before)));
    lines.push('- Its key can never be used again; profiles keep the trait.');
  } else if (after) {
    lines.push(`Create an audience ${space}:`, ...(await facts(after)));
  }
  lines.push(...notes.map((note) => `- ${note}`));
  if (before) lines.push(`- Used by: ${usersSaid(users)}`);
  return lines.join('\n');

  async function facts(audience: AudienceShape): Promise<string[]> {
    const { name, key, description, definition, id, enabled, options } = audience;
    const size = sizeOf(audience);
    const said = [
      `- Name: ${quoted(name)}`,
      id && `- Id: ${quoted(id)}`,
      key && `- Key: ${quoted(key)}`,
      description && `- Description: ${quoted(description)}`,
      !enabled && '- Switched off',
      size === undefined ? '' : `- Size: ${size}`,
      definition?.type && `- Level: ${quoted(definition.type)}`,
      definition && `- Definition: ${quoted(definition.query, longestQuery)}`,
      definition && `- It holds: ${cut(await meaning(audience), longestQuery)}`,
      options?.includeHistoricalData && '- With data from before now',
      options?.includeAnonymousUsers && '- With anonymous users, which cannot be changed later',
    ];
    return said.filter((line): line is string => Boolean(line));
  }

  async function meaning(audience: AudienceShape): Promise<string> {
    const explanation = await explain(audience);
    return explanation ? visible(explanation) : 'not known; the definition could not be read.';
  }
}

function change({ field, before, after }: Difference): string {
  if (typeof before !== 'string' || typeof after !== 'string') {
    return `- ${field}: ${said(before)} → ${said(after)}`;
  }
  const [was, becomes] = excerpts(before, after);
  return `- ${field}: ${said(was)} → ${said(becomes)}`;
}

/**
 * Of two long texts the parts that differ, with what stands around them, so that a change can't hide
 * behind the place where a long text is cut.
 */
function excerpts(before: string, after: string): [string, string] {
  if (Math.max(before.length, after.length) <= longestQuery) return [before, after];
  const shorter = Math.min(before.length, after.length);
  let start = 0;
  while (start < shorter && before[start] === after[start]) start += 1;
  let end = 0;
  while (end < shorter - start && before.at(-1 - end) === after.at(-1 - end)) end += 1;
  const excerpt = (text: string) => {
    const [from, to] = [
      Math.max(0, start - around),
      Math.min(text.length, text.length - end + around),
    ];
    return `${from > 0 ? '… ' : ''}${text.slice(from, to).toWellFormed()}${to < text.length ? ' …' : ''}`;
  };
  return [excerpt(before), excerpt(after)];
}

/** Differences as a sentence for an error message. */
export function sayDifferences(found: readonly Difference[]): string {
  return found
    .map(({ field, before, after }) => `${field} was ${said(before)} and is ${said(after)}`)
    .join('; ');
}

function said(value: string | boolean | undefined): string {
  if (value === undefined) return 'nothing';
  return typeof value === 'string' ? quoted(value, longestQuery) : String(value);
}

function usersSaid(users: readonly Audience[] | undefined): string {
  if (users === undefined) return 'not known, the space could not be searched.';
  if (users.length === 0) return 'no other audience of the space.';
  const named = users.slice(0, mostUsers).map(({ name, id }) => `${quoted(name)} (${quoted(id)})`);
  const more = users.length - named.length;
  return more > 0 ? `${named.join(', ')} and ${more} more` : named.join(', ');
}

/** What Segment says of the number of members, if it does; v1alpha does not promise it. */
function sizeOf({ size }: AudienceShape): number | undefined {
  const count =
    typeof size === 'object' && size !== null && 'count' in size ? size.count : undefined;
  return typeof count === 'number' ? count : undefined;
}
