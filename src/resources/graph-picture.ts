import { mermaidOf } from '../pictures/mermaid.ts';
import { redactedAudiences } from '../pictures/redacted.ts';
import { readGraph } from '../space/read-graph.ts';
import type { ResourceContext } from './resource.ts';

/**
 * Reads a space and draws who builds on whom, in Mermaid.
 *
 * @throws {AudiencesError} if its audiences can't be read.
 */
export async function drawGraph(spaceId: string, context: ResourceContext): Promise<string> {
  const { now, redactor } = context;
  const readAt = now();
  const graph = await readGraph(spaceId, context, (audiences) =>
    redactedAudiences(audiences, redactor),
  );
  return mermaidOf({ graph, spaceId: redactor.text(spaceId), spaceName: undefined, readAt });
}
