import type { Audience } from '../segment/contract.ts';
import { cut, quotedPlainly as quoted, visible } from '../visible.ts';
import { explainPlainly } from './meaning.ts';
import {
  type AudienceShape,
  type Difference,
  differences,
  fromTo,
  maxQueryChars,
  snapshotOf,
  valueInWords,
} from './snapshot.ts';

/*
 * What a person reads before they agree to a write. Some clients show three lines of it: so the first
 * ones say what happens, to which audience, and what changes. Everything that strangers have written
 * is quoted on one line, so that it can't pass for a part of the question.
 */

/** How much of a long text is shown on either side of a change in it. */
const contextChars = 100;
/** Much less where the change has to fit the first lines. */
const gistChars = 60;
const maxGistChars = 300;
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
  /** What else the person should know, each in a sentence of our own, the most important first. */
  notes: readonly string[];
}

/** Says in plain words what a write will do. */
export async function describeWrite(facts: WriteFacts): Promise<string> {
  const { kind, before = {}, after = {}, dependents, notes } = facts;
  const space = `in the space ${quoted(facts.spaceId)}`;
  const more = notes.map((note) => `- ${visible(note)}`);
  if (facts.before) more.push(`- Used by: ${dependentsInWords(dependents)}`);
  switch (kind) {
    case 'create': {
      const first = `Create the audience ${named(after)} ${space}.`;
      const gist = `It will hold: ${cut(await meaningOf(after), maxGistChars)}`;
      return [first, gist, '', ...(await audienceFacts(after)), ...more].join('\n');
    }
    case 'change': {
      const first = `Change the audience ${named(before)} ${space}.`;
      const found = differences(snapshotOf(before), snapshotOf(after));
      const gist = `What changes: ${found.length > 0 ? found.map(gistOf).join('; ') : 'nothing'}`;
      const inFull = ['', 'In full:', ...(await changes(found, before, after)), ...more];
      const now = ['', 'The audience as it is now:', ...(await audienceFacts(before))];
      return [first, gist, ...inFull, ...now].join('\n');
    }
    case 'remove': {
      const first = `Delete the audience ${named(before)} ${space} for good.`;
      return [first, ...more, '', ...(await audienceFacts(before))].join('\n');
    }
  }
}

/** An audience by its name, and by its id if it has one yet. */
function named({ name, id }: AudienceShape): string {
  const title = name ? quoted(name) : 'without a name';
  return id ? `${title} (${quoted(id)})` : title;
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

async function changes(
  found: readonly Difference[],
  before: AudienceShape,
  after: AudienceShape,
): Promise<string[]> {
  const lines = found.length > 0 ? found.map(changeInWords) : ['- Nothing; it is so already.'];
  if (found.some(({ field }) => field === 'query' || field === 'type')) {
    const [was, becomes] = [await meaningOf(before), await meaningOf(after)];
    lines.push(`- Then it holds: ${cut(excerpts(was, becomes)[1], maxQueryChars)}`);
  }
  if (before.enabled && after.enabled === false) lines.push('- It will no longer be computed.');
  return lines;
}

async function meaningOf(audience: AudienceShape): Promise<string> {
  const explanation = await explainPlainly(audience);
  return explanation ? visible(explanation) : 'not known; the definition could not be read.';
}

function changeInWords({ field, before, after }: Difference): string {
  const [was, becomes] = bothExcerpts(before, after, maxQueryChars, contextChars);
  return `- ${field}: ${fromTo(valueInWords(was), valueInWords(becomes))}`;
}

/** The same in short, for the first lines. */
function gistOf({ field, before, after }: Difference): string {
  const sides = bothExcerpts(before, after, gistChars, gistChars / 3);
  const [was = '', becomes = ''] = sides.map((value) => valueInWords(value, gistChars));
  return `${field}: ${fromTo(was, becomes)}`;
}

type Value = Difference['before'];

function bothExcerpts(
  before: Value,
  after: Value,
  maxChars: number,
  context: number,
): [Value, Value] {
  const areTexts = typeof before === 'string' && typeof after === 'string';
  return areTexts ? excerpts(before, after, maxChars, context) : [before, after];
}

/**
 * Of two long texts the parts that differ, with their context, so that a change can't hide behind
 * the place where a long text is cut.
 */
function excerpts(
  before: string,
  after: string,
  maxChars = maxQueryChars,
  context = contextChars,
): [string, string] {
  if (Math.max(before.length, after.length) <= maxChars) return [before, after];
  const shorter = Math.min(before.length, after.length);
  let start = 0;
  while (start < shorter && before[start] === after[start]) start += 1;
  let end = 0;
  while (end < shorter - start && before.at(-1 - end) === after.at(-1 - end)) end += 1;
  const excerpt = (text: string) => {
    const from = Math.max(0, start - context);
    const to = Math.min(text.length, text.length - end + context);
    const middle = text.slice(from, to).toWellFormed();
    return `${from > 0 ? '… ' : ''}${middle}${to < text.length ? ' …' : ''}`;
  };
  return [excerpt(before), excerpt(after)];
}

function dependentsInWords(dependents: readonly Audience[] | undefined): string {
  if (dependents === undefined) return 'not known, the space could not be searched.';
  if (dependents.length === 0) return 'no other audience of the space.';
  const shown = dependents
    .slice(0, maxDependentsNamed)
    .map(({ name, id }) => `${quoted(name ?? 'without a name')} (${quoted(id)})`);
  const more = dependents.length - shown.length;
  return more > 0 ? `${shown.join(', ')} and ${more} more` : shown.join(', ');
}
