import type { ReadApi } from '../segment/api.ts';
import type { CallContext } from '../segment/call.ts';
import type { AudienceIndex, IndexedAudience } from './audience-index.ts';
import type { AudienceIndexes } from './audience-indexes.ts';
import { Dependencies } from './dependencies.ts';
import { findDestinations, type Missed } from './destinations.ts';
import type { KnownNameLists } from './known-names.ts';
import { type Finding, review } from './review.ts';
import { removedKey } from './review-rules.ts';

/** For how many audiences destinations are looked up: about as many as Segment lists per minute. */
const maxDestinationLookUps = 50;
/** How many requests for the names of traits a review may make: users' and accounts'. */
const maxNameRequests = 2;
const maxNamesMs = 3000;

/** What a review is read with. */
export interface ReviewContext {
  api: ReadApi;
  call: CallContext;
  indexes: AudienceIndexes;
  nameLists: Pick<KnownNameLists, 'read'>;
  planLimit: number | undefined;
  /** Whether destinations may be looked up: up to 100 requests, none of which is waited for. */
  withDestinations: boolean;
}

/** A space with what deserves a look in it. */
export interface SpaceReview {
  index: AudienceIndex;
  /** The traits that profiles have; undefined if they are not known. */
  traits: ReadonlySet<string> | undefined;
  findings: Finding[];
  /** For how many audiences destinations are known and were wanted, and what went wrong. */
  destinations: { known: number; wanted: number; missed: readonly Missed[] };
}

/**
 * Reads what a review needs, and reviews it. What it can do without is tried once and for three
 * seconds: the names of traits, and the destinations of those that nothing is built on.
 *
 * @throws {AudiencesError} if the audiences of the space can't be read.
 */
export async function readReview(spaceId: string, context: ReviewContext): Promise<SpaceReview> {
  const { call, indexes, planLimit } = context;
  const index = await indexes.read(spaceId, call);
  const { audiences, complete } = index;
  const asksForTraits = removedKey({ audiences, complete }, new Dependencies(audiences)).length > 0;
  const [traits, destinations] = await Promise.all([
    asksForTraits ? knownTraits(spaceId, context) : undefined,
    destinationsOf(spaceId, index, context),
  ]);
  const findings = review({
    audiences,
    complete,
    planLimit,
    traits,
    destinations: destinations.known,
  });
  const { known, ...rest } = destinations;
  return { index, traits, findings, destinations: { known: known.size, ...rest } };
}

/**
 * The traits of users and accounts, by two requests at most, which are tried once and for three seconds.
 *
 * @returns undefined if not all of them are known.
 */
export async function knownTraits(
  spaceId: string,
  { call, indexes, nameLists }: Pick<ReviewContext, 'call' | 'indexes' | 'nameLists'>,
): Promise<ReadonlySet<string> | undefined> {
  let requests = 0;
  const looking = {
    until: Math.min(indexes.now() + maxNamesMs, call.endsAt),
    onNotice: call.onNotice,
    trail: call.trail,
    spend: () => {
      requests += 1;
      return requests <= maxNameRequests && !call.signal.aborted;
    },
  };
  const lists = await Promise.all(
    (['users', 'accounts'] as const).map((collection) =>
      nameLists.read({ kind: 'traits', collection, spaceId }, looking),
    ),
  );
  const known = lists.flatMap((list) => (list?.complete ? [...list.names.keys()] : []));
  // An empty list says nothing: the space may not be able to list them.
  return lists.every((list) => list?.complete) && known.length > 0 ? new Set(known) : undefined;
}

/** Says for how many audiences destinations are known; undefined if none were wanted. */
export function lookedUpNote({
  known,
  wanted,
  missed,
}: SpaceReview['destinations']): string | undefined {
  if (wanted === 0) return undefined;
  const note = `Destinations were looked up for ${known} of the ${wanted} audiences on which no other is built.`;
  if (missed.length === 0) return note;
  const reasons = [...new Set(missed.map(({ because }) => because))].join(', ');
  const waits = missed.flatMap(({ retryAfterMs }) => retryAfterMs ?? []);
  const again = waits.length > 0 ? `; try again in ${Math.ceil(Math.max(...waits) / 1000)} s` : '';
  return `${note} For ${missed.length} more, the lookup failed (${reasons})${again}.`;
}

async function destinationsOf(
  spaceId: string,
  index: AudienceIndex,
  { api, call, indexes, withDestinations }: ReviewContext,
): Promise<{ known: ReadonlyMap<string, number>; wanted: number; missed: Missed[] }> {
  const unused = index.audiences.filter((audience) => index.usedByCount(audience) === 0);
  if (!withDestinations) return { known: new Map(), wanted: unused.length, missed: [] };
  const known = index.destinationCounts;
  const ids = longestUnchanged(unused)
    .slice(0, maxDestinationLookUps)
    .filter((id) => !known.has(id));
  const found = await findDestinations(spaceId, ids, { api, call, elapsed: () => indexes.now() });
  for (const [id, feeds] of found) {
    if (feeds.kind === 'known') known.set(id, feeds.found.total);
  }
  // Another review of the space may have found meanwhile what this one missed.
  const missed = [...found].flatMap(([id, feeds]) =>
    feeds.kind === 'known' || known.has(id) ? [] : [feeds],
  );
  return { known: new Map(known), wanted: unused.length, missed };
}

/** The ids of audiences, starting with those that have gone unchanged the longest. */
function longestUnchanged(audiences: readonly IndexedAudience[]): string[] {
  const at = ({ updatedAt }: IndexedAudience) => updatedAt ?? '~';
  return audiences
    .toSorted((a, b) => (at(a) < at(b) ? -1 : Number(at(a) > at(b))))
    .map(({ id }) => id);
}
