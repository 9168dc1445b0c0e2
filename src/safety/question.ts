import type { Audience } from '../segment/models/audience.ts';
import type { DestinationOfAudience, Feeds } from '../space/destinations.ts';
import { cut, quotedPlainly as quoted, someOf, visible } from '../text/visible.ts';
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
import type { ThingKind } from './thing.ts';

/*
 * What a person reads before agreeing to a write. Some clients show only three lines of it, so the
 * first ones say what happens, to which audience, and what changes. Everything that others wrote
 * is quoted on one line, so that it can't pass for a part of the question.
 */

/** How much of a long text is shown on either side of a change. */
const contextChars = 100;
/** Much less if the change has to fit the first lines. */
const gistChars = 60;
const maxGistChars = 300;
/** A longer list of names would go unread. */
const maxDependentsNamed = 10;
const maxDestinationsNamed = 10;

/** What a write does. */
export type WriteKind =
  | 'create'
  | 'change'
  | 'remove'
  /** Changes when an audience runs. */
  | 'schedule'
  /** Runs an audience once. */
  | 'run';

/** Whether a write matters to the dependents of its subject. */
export function concernsDependents(kind: WriteKind): boolean {
  return kind === 'change' || kind === 'remove';
}

/** What to say about a write. */
export interface WriteFacts {
  kind: WriteKind;
  about: ThingKind;
  spaceId: string;
  /** The audience as it is now; undefined for one that is to be created. */
  before: Audience | undefined;
  /** The audience as it would be; undefined for one that is to be removed. */
  after: AudienceShape | undefined;
  /** Other audiences of the space built on this one; undefined if that is not known. */
  dependents: readonly Audience[] | undefined;
  /** Where the audience is sent; undefined if that does not matter. */
  feeds: Feeds | undefined;
  /**
   * What else the person should know, one sentence each, in our own words, the most important
   * first.
   */
  notes: readonly string[];
}

/** Describes in plain words what a write will do. */
export async function describeWrite(facts: WriteFacts): Promise<string> {
  const { kind, about, before = {}, after = {}, dependents, feeds, notes } = facts;
  const { noun, does } = about;
  const space = `in the space ${quoted(facts.spaceId)}`;
  const more = notes.map((note) => `- ${visible(note)}`);
  if (facts.before && concernsDependents(kind)) more.push(`- ${usedByInWords(dependents, about)}`);
  if (feeds) more.push(`- ${feedsInWords(feeds)}`);
  const found = differences(snapshotOf(before), snapshotOf(after));
  const changed = `What changes: ${found.length > 0 ? found.map(gistOf).join('; ') : 'nothing'}`;
  switch (kind) {
    case 'create': {
      const first = `Create the ${noun} ${named(after)} ${space}.`;
      const gist = `${does.later}: ${cut(await meaningOf(after, about), maxGistChars)}`;
      return [first, gist, '', ...(await factsOf(after, about)), ...more].join('\n');
    }
    case 'change': {
      const first = `Change the ${noun} ${named(before)} ${space}.`;
      const inFull = ['', 'In full:', ...(await changes(found, before, after, about)), ...more];
      const now = ['', `The ${noun} as it is now:`, ...(await factsOf(before, about))];
      return [first, changed, ...inFull, ...now].join('\n');
    }
    case 'remove': {
      const first = `Delete the ${noun} ${named(before)} ${space} for good.`;
      return [first, ...more, '', ...(await factsOf(before, about))].join('\n');
    }
    case 'schedule': {
      const first = `Change when the ${noun} ${named(before)} ${space} runs.`;
      const now = ['', `The ${noun} as it is now:`, ...(await factsOf(before, about))];
      return [first, changed, ...more, ...now].join('\n');
    }
    case 'run': {
      const first = `Run the ${noun} ${named(before)} ${space} now. This sends its data out, which cannot be undone.`;
      return [first, ...more, '', ...(await factsOf(before, about))].join('\n');
    }
  }
}

/** A thing by its name, and by its id if it has one yet. */
function named({ name, id }: AudienceShape): string {
  const title = name ? quoted(name) : 'without a name';
  return id ? `${title} (${quoted(id)})` : title;
}

async function factsOf(audience: AudienceShape, about: ThingKind): Promise<string[]> {
  const { name, key, description, definition, id, enabled, options, size } = audience;
  const { type, targetEntity } = snapshotOf(audience);
  const days = options?.backfillEventDataDays ?? options?.backfillDurationDays;
  const ids = options?.filterByExternalIds;
  const lines = [
    name && `- Name: ${quoted(name)}`,
    id && `- Id: ${quoted(id)}`,
    key && `- Key: ${quoted(key)}`,
    description && `- Description: ${quoted(description)}`,
    enabled === false && '- Disabled',
    typeof size?.count === 'number' && `- Size: ${size.count}`,
    type && `- Level: ${quoted(type)}`,
    targetEntity && `- Entity: ${quoted(targetEntity)}`,
    definition?.query && `- Definition: ${quoted(definition.query, maxQueryChars)}`,
    definition && `- ${about.does.now}: ${cut(await meaningOf(audience, about), maxQueryChars)}`,
    options?.includeHistoricalData && '- With historical data',
    typeof days === 'number' && `- With event data from the last ${days} days`,
    options?.includeAnonymousUsers && '- With anonymous users (this cannot be changed later)',
    ids && `- Includes profiles that have one of: ${quoted(ids.join(', '))}`,
  ];
  return lines.filter((line): line is string => Boolean(line));
}

async function changes(
  found: readonly Difference[],
  before: AudienceShape,
  after: AudienceShape,
  about: ThingKind,
): Promise<string[]> {
  const lines =
    found.length > 0 ? found.map(changeInWords) : ['- Nothing: it already has these values.'];
  if (found.some(({ field }) => field === 'query' || field === 'type')) {
    const [was, becomes] = [await meaningOf(before, about), await meaningOf(after, about)];
    lines.push(`- ${about.does.later}: ${cut(excerpts(was, becomes)[1], maxQueryChars)}`);
  }
  if (before.enabled && after.enabled === false) lines.push('- It will no longer be computed.');
  return lines;
}

async function meaningOf(thing: AudienceShape, about: ThingKind): Promise<string> {
  const explanation = await explainPlainly(thing, about);
  return explanation ? visible(explanation) : 'unknown (the definition could not be read).';
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
 * The differing parts of two long texts, with their context, so that a change can't hide beyond the
 * place where a long text is cut.
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

/** Who depends on a thing. @param dependents undefined if unknown. */
export function usedByInWords(
  dependents: readonly Audience[] | undefined,
  about: ThingKind,
): string {
  return `Used by: ${dependentsInWords(dependents, about)}`;
}

function dependentsInWords(
  dependents: readonly Audience[] | undefined,
  { noDependents }: ThingKind,
): string {
  if (dependents === undefined) return 'unknown (the space could not be searched).';
  if (dependents.length === 0) return noDependents;
  const names = dependents.map(
    ({ name, id }) => `${quoted(name ?? 'without a name')} (${quoted(id)})`,
  );
  return someOf(names, maxDependentsNamed);
}

/** Where an audience is sent, in a sentence. */
export function feedsInWords(feeds: Feeds): string {
  if (feeds.kind === 'unknown') {
    return `Sent to: unknown; its destinations could not be looked up (${feeds.because}).`;
  }
  const { destinations, total, complete } = feeds.found;
  if (total === 0) return 'Sent to: no destination.';
  const shown = destinations.slice(0, maxDestinationsNamed).map(destinationInWords);
  const unlisted = total - destinations.length;
  const more = destinations.length - shown.length;
  if (more > 0) shown.push(`${more} more`);
  if (unlisted > 0) shown.push(`${unlisted} that this token cannot see`);
  const count =
    total === 1 ? '1 destination' : `${complete ? '' : 'at least '}${total} destinations`;
  return `Sent to: ${count}: ${shown.join('; ')}.`;
}

function destinationInWords(destination: DestinationOfAudience): string {
  const { name, product, destinationId, connectionId, isVisible } = destination;
  const title = name ?? product ?? destinationId ?? connectionId;
  const kind = product && product !== title ? ` ${quoted(product)}` : '';
  const state = [
    isVisible ? onOff(destination.enabled) : 'not visible to this token',
    activationsInWords(destination.activations),
  ];
  return `${quoted(title)}${kind} (${state.join(', ')})`;
}

function onOff(enabled: boolean | undefined): string {
  if (enabled === undefined) return 'not known whether enabled';
  return enabled ? 'enabled' : 'disabled';
}

function activationsInWords(activations: DestinationOfAudience['activations']): string {
  if (!activations) return 'its activations are not known';
  if (activations.length === 0) return 'no activations';
  const sending = activations.filter((activation) => activation.enabled).length;
  return `${sending} of ${activations.length} activations enabled`;
}
