import type { GraphedAudience, GraphNode } from '../space/audience-graph.ts';
import type { PartOfGraph } from '../space/part-of-graph.ts';
import { counted, inDigits, nameOf, shortText, sizeInWords, statusOf } from './status.ts';

/*
 * What all pictures of a graph have in common.
 */

/** A graph to show, and where and when it was read. */
export interface Shown {
  readonly graph: PartOfGraph;
  readonly spaceId: string;
  /** The name of the space, if known. */
  readonly spaceName: string | undefined;
  /** Milliseconds since the epoch. */
  readonly readAt: number;
  /** Whether the picture is part of a page, which has the title. */
  readonly isInPage?: boolean;
}

/** Names and ids of spaces are short; anything longer is cut. */
const maxSpaceChars = 120;

/** The title of a picture. */
export function titleOf({ spaceId, spaceName }: Pick<Shown, 'spaceId' | 'spaceName'>): string {
  const id = shortText(spaceId, maxSpaceChars);
  const name = shortText(spaceName ?? '', maxSpaceChars);
  return `Who builds on whom in ${name === '' || name === id ? id : `${name} (${id})`}`;
}

/** What an arrow means, in a sentence. */
export const arrowMeaning = 'An arrow leads from an audience to those that are built on it.';

/** What is not to be seen in a picture, in sentences. */
export function notesOn({ totals, leftOut, isComplete }: PartOfGraph): string[] {
  const notes: string[] = [];
  const apart = totals.audiences - totals.connected;
  if (apart > 0) {
    const rest = counted(apart, 'audience is', 'audiences are');
    notes.push(
      `${rest} not shown: built on no other, and no other is built on ${apart === 1 ? 'it' : 'them'}.`,
    );
  }
  const missing = [
    ...(leftOut.nodes > 0
      ? [counted(leftOut.nodes, 'more audience or key', 'more audiences and keys')]
      : []),
    ...(leftOut.connections > 0 ? [counted(leftOut.connections, 'connection')] : []),
  ];
  if (missing.length > 0) {
    notes.push(`The picture would be too large; left out: ${missing.join(' and ')}.`);
  }
  if (totals.unreadable > 0) {
    const definitions = counted(totals.unreadable, 'definition');
    notes.push(`${definitions} could not be read, so what is built on what may be incomplete.`);
  }
  if (!isComplete) {
    notes.push(
      `Only the first ${counted(totals.audiences, 'audience')} of the space were read, so missing keys are not known.`,
    );
  }
  return notes;
}

/** What stands below a picture: that it is empty, if so, and what it does not show. */
export function captionsOf(graph: PartOfGraph): string[] {
  const nothing =
    graph.nodes.length === 0 ? ['No audience of the space is built on another one.'] : [];
  return [...nothing, ...notesOn(graph)];
}

/** What there is, in a sentence without its full stop. */
export function summaryOf({ totals }: PartOfGraph): string {
  const { connected, audiences, connections, cycles, missingKeys } = totals;
  const parts = [
    `${counted(connected, 'audience')} of ${inDigits(audiences)}`,
    counted(connections, 'connection'),
    ...(cycles > 0 ? [counted(cycles, 'cycle')] : []),
    ...(missingKeys > 0 ? [counted(missingKeys, 'missing key')] : []),
  ];
  return parts.join(', ');
}

/** The moment at which a space was read, to the minute. */
export function momentOf(readAt: number): string {
  return `${new Date(readAt).toISOString().slice(0, 16).replace('T', ' ')} UTC`;
}

/** What a node is called. */
export function labelOf(node: GraphNode, maxChars: number): string {
  return node.kind === 'audience'
    ? nameOf(node.audience, maxChars)
    : nameOf({ name: node.key, id: '' }, maxChars);
}

/** What is written on a node, in lines. @param maxChars of its name. */
export function wordsOf(node: GraphNode, maxChars: number): string[] {
  const label = labelOf(node, maxChars);
  if (node.kind === 'missing') return [label, 'no audience has this key'];
  return [label, stateOf(node.audience), ...(node.isInCycle ? ['part of a cycle'] : [])];
}

/** The status and the size of an audience, in words. */
export function stateOf(audience: GraphedAudience): string {
  return `${statusOf(audience).word}, ${sizeInWords(audience.size)}`;
}

/** The size of the largest audience, at least 1: others are drawn in proportion to it. */
export function maxSizeIn({ nodes }: PartOfGraph): number {
  return nodes.reduce(
    (max, node) => Math.max(max, node.kind === 'audience' ? (node.audience.size ?? 0) : 0),
    1,
  );
}
