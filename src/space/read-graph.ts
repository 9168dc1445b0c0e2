import type { CallContext } from '../segment/call.ts';
import { type AudienceGraph, graphOf } from './audience-graph.ts';
import type { IndexedAudience } from './audience-index.ts';
import type { AudienceIndexes } from './audience-indexes.ts';
import type { KnownNameLists } from './known-names.ts';
import { knownTraits } from './read-review.ts';

/** What a graph is read with. */
export interface GraphContext {
  call: CallContext;
  indexes: AudienceIndexes;
  nameLists: Pick<KnownNameLists, 'read'>;
}

/**
 * Reads the audiences of a space and finds out which are built on which; if there seem to be missing
 * keys, the names of traits, too.
 *
 * @param prepared makes of the audiences what is to be shown of them.
 * @throws {AudiencesError} if the audiences can't be read.
 */
export async function readGraph(
  spaceId: string,
  context: GraphContext,
  prepared: (audiences: readonly IndexedAudience[]) => readonly IndexedAudience[],
): Promise<AudienceGraph> {
  const index = await context.indexes.read(spaceId, context.call);
  const space = { audiences: prepared(index.audiences), complete: index.complete };
  const graph = graphOf(space);
  if (graph.totals.missingKeys === 0) return graph;
  const traits = await knownTraits(spaceId, context);
  return traits ? graphOf({ ...space, traits }) : graph;
}
