import type { Audience } from '../segment/models/audience.ts';
import type { Feeds } from '../space/destinations.ts';
import { quotedPlainly as quoted, someOf, visible } from '../text/visible.ts';
import type { BulkAction } from './bulk-wish.ts';
import { maxNamed } from './named.ts';
import { feedsInWords } from './question.ts';

/*
 * What a person reads before agreeing to a change of several audiences. Some clients show only
 * three lines of it: they say what happens, to how many, what depends on them, and which are the
 * first.
 */

/** Above this number, they are shown in groups. */
const maxLines = 20;
/** Maximum length of a name in a list of many. */
const maxNameChars = 80;
const maxNamedFirst = 3;
const maxDependentsNamed = 5;

/** One of the audiences, with what has to be known about it. */
export interface BulkMember {
  audience: Audience;
  /** Audiences built on it that are not among them; undefined if unknown. */
  dependents: readonly Audience[] | undefined;
  /** Those among them that are built on it. */
  insiders: readonly Audience[];
  /** Where it is sent; undefined if that was not looked up. */
  feeds: Feeds | undefined;
  /** Why it is too early to edit it, in a few words. */
  remark: string | undefined;
}

export interface BulkFacts {
  action: BulkAction;
  spaceId: string;
  members: readonly BulkMember[];
  /** Those that are already in the wanted state. */
  unchanged: readonly Audience[];
  /** The ids that are not in the space. */
  missing: readonly string[];
  /** Those that are built on each other in a circle. */
  circles: readonly (readonly Audience[])[];
  /** What else the person should know, one sentence each, in our own words. */
  notes: readonly string[];
}

const verbs: Readonly<Record<BulkAction, { verb: string; after: string }>> = {
  enable: { verb: 'Enable', after: '' },
  disable: { verb: 'Disable', after: '' },
  remove: { verb: 'Delete', after: ' for good' },
};

/** Describes in plain words what a change of several audiences will do. */
export function describeBulk(facts: BulkFacts): string {
  const { action, spaceId, members } = facts;
  const { verb, after } = verbs[action];
  const first = `${verb} ${audiences(members.length)} in the space ${quoted(spaceId)}${after}.`;
  const what = [usedInWords(members), ...(action === 'enable' ? [] : [sentInWords(members)])];
  const list = members.length > maxLines ? groups(members) : members.map(lineOf);
  return [first, what.join(' '), firstNames(members), '', ...notesOf(facts), '', ...list].join(
    '\n',
  );
}

function audiences(count: number): string {
  return count === 1 ? '1 audience' : `${count} audiences`;
}

function usedInWords(members: readonly BulkMember[]): string {
  const those = members.length === 1 ? 'it' : 'them';
  if (members.some(({ dependents }) => dependents === undefined)) {
    return `It is not known which other audiences are built on ${those}: the space could not be searched.`;
  }
  const used = members.filter(({ dependents = [] }) => dependents.length > 0);
  if (used.length === 0) return `No other audience is built on ${those}.`;
  if (members.length === 1) return 'Other audiences are built on it.';
  const names = someOf(
    used.map(({ audience }) => nameOf(audience)),
    maxNamedFirst,
  );
  return `Other audiences are built on ${used.length} of them: ${names}.`;
}

/** The destinations that all of them feed, in a sentence. */
function sentInWords(members: readonly BulkMember[]): string {
  const whose = members.length === 1 ? 'Its' : 'Their';
  const known = members.flatMap(({ feeds }) => (feeds?.kind === 'known' ? [feeds.found] : []));
  const looked = members.filter(({ feeds }) => feeds !== undefined).length;
  if (looked === 0) return `${whose} destinations were not looked up.`;
  if (known.length === 0) return `${whose} destinations could not be determined.`;
  const sent = known.filter(({ total }) => total > 0).length;
  if (members.length === 1) {
    return sent > 0 ? 'It is sent to destinations.' : 'It is not sent to any destination.';
  }
  const unknown = members.length - known.length;
  const rest = unknown > 0 ? `; for ${unknown} of them, this could not be determined` : '';
  if (sent > 0) return `${sent} of them ${isOrAre(sent)} sent to destinations${rest}.`;
  return unknown === 0
    ? 'None of them is sent to any destination.'
    : `${known.length} of them ${isOrAre(known.length)} not sent to any destination${rest}.`;
}

function isOrAre(count: number): string {
  return count === 1 ? 'is' : 'are';
}

function firstNames(members: readonly BulkMember[]): string {
  const names = members.map(({ audience }) => `${nameOf(audience)} (${sizeOf(audience)})`);
  const verb = members.length === 1 ? 'It is' : 'They are';
  return `${verb} ${someOf(names, maxNamedFirst)}.`;
}

function notesOf({ unchanged, missing, circles, notes }: BulkFacts): string[] {
  const lines = notes.map((note) => `- ${visible(note)}`);
  for (const circle of circles) {
    const how = circle.length === 1 ? 'itself' : 'each other in a circle';
    lines.push(`- Built on ${how}: ${circle.map(nameOf).join(', ')}.`);
  }
  if (unchanged.length > 0) {
    const names = someOf(unchanged.map(nameOf), maxNamed);
    lines.push(`- Left out because nothing would change: ${names}.`);
  }
  if (missing.length > 0) {
    const ids = someOf(
      missing.map((id) => quoted(id, maxNameChars)),
      maxNamed,
    );
    lines.push(`- Left out because not in the space: ${ids}.`);
  }
  return lines;
}

function lineOf(member: BulkMember): string {
  const { audience, feeds, remark } = member;
  const facts = [
    sizeOf(audience),
    ...(audience.enabled === false ? ['disabled'] : []),
    ...(remark === undefined ? [] : [remark]),
    `used by: ${dependentsInWords(member)}`,
    ...(feeds ? [asPart(feedsInWords(feeds))] : []),
  ];
  return `- ${nameOf(audience)} (${quoted(audience.id)}): ${facts.join('; ')}`;
}

/** Those with something to note line by line, all others by name and size. */
function groups(members: readonly BulkMember[]): string[] {
  const isPlain = ({ dependents = [], feeds, remark }: BulkMember) =>
    dependents.length === 0 && feeds === undefined && remark === undefined;
  const plain = members.filter(isPlain);
  const special = members.filter((member) => !isPlain(member));
  const names = plain.map(({ audience }) => `${nameOf(audience)} (${sizeOf(audience)})`);
  return [
    ...(special.length > 0 ? [`${special.length} to note:`, ...special.map(lineOf)] : []),
    ...(plain.length > 0 ? [`${special.length > 0 ? 'The other ' : ''}${plain.length}:`] : []),
    ...(plain.length > 0 ? [names.join(', ')] : []),
  ];
}

function nameOf({ name, id }: Audience): string {
  return name ? quoted(name, maxNameChars) : `without a name (${quoted(id, maxNameChars)})`;
}

function sizeOf({ size }: Audience): string {
  return typeof size?.count === 'number' ? `size ${size.count}` : 'size not known';
}

function dependentsInWords({ dependents, insiders }: BulkMember): string {
  if (dependents === undefined) return 'not known';
  const outside = someOf(dependents.map(nameOf), maxDependentsNamed);
  const inside = someOf(insiders.map(nameOf), maxDependentsNamed);
  if (!inside) return outside || 'no other audience';
  return outside ? `${outside}, and in this list ${inside}` : `only ${inside}, also in this list`;
}

/** A sentence as a part of another. */
function asPart(sentence: string): string {
  return sentence.charAt(0).toLowerCase() + sentence.slice(1, -1);
}
