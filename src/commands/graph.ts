import { dotOf } from '../pictures/dot.ts';
import { jsonOf } from '../pictures/json.ts';
import { mermaidOf } from '../pictures/mermaid.ts';
import { redactedAudiences } from '../pictures/redacted.ts';
import { svgOf } from '../pictures/svg.ts';
import type { AudienceGraph } from '../space/audience-graph.ts';
import { type GraphLimits, partOf } from '../space/part-of-graph.ts';
import { readGraph } from '../space/read-graph.ts';
import type { GraphFormat } from '../usage.ts';
import {
  type PictureCommand,
  type PictureMachine,
  type PictureOutput,
  runPicture,
} from './pictures/run.ts';

/** What the command line asks for. */
export interface GraphCommand extends PictureCommand {
  format: GraphFormat;
}

/** Where a graph was read, and when. */
interface Origin {
  spaceId: string;
  spaceName: string | undefined;
  readAt: number;
}

/** A larger one would no longer be readable, and would take a long time to lay out. */
export const graphLimits: GraphLimits = { maxNodes: 500, maxConnections: 1000 };

const renderers: Readonly<
  Record<GraphFormat, (graph: AudienceGraph, origin: Origin) => string | Promise<string>>
> = {
  svg: (graph, origin) => svgOf({ graph: partOf(graph, graphLimits), ...origin }),
  mermaid: (graph, origin) => mermaidOf({ graph, ...origin }),
  dot: (graph, origin) => dotOf({ graph: partOf(graph, graphLimits), ...origin }),
  json: (graph, origin) => jsonOf({ graph: partOf(graph, graphLimits), ...origin }),
};

/**
 * Writes a picture of which audiences of a space are built on which.
 *
 * @returns the exit code: 1 if the space can't be read.
 * @throws {ConfigError} if the command can't run as given; nothing is written then.
 */
export function runGraph(
  { format, ...command }: GraphCommand,
  machine: PictureMachine,
  output: PictureOutput,
): Promise<number> {
  return runPicture(command, machine, output, async (context) => {
    const { spaceId, spaceName, readAt, redactor, bar } = context;
    const graph = await readGraph(spaceId, context, (audiences) =>
      redactedAudiences(audiences, redactor),
    );
    bar.does('Drawing');
    return renderers[format](graph, { spaceId, spaceName, readAt });
  });
}
