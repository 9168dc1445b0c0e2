import { reportOf } from '../pictures/report.ts';
import { svgOf } from '../pictures/svg.ts';
import { graphOf } from '../space/audience-graph.ts';
import { partOf } from '../space/part-of-graph.ts';
import { review } from '../space/review.ts';
import { graphLimits } from './graph.ts';
import { redactedAudiences } from './pictures/redacted.ts';
import {
  type PictureCommand,
  type PictureMachine,
  type PictureOutput,
  runPicture,
} from './pictures/run.ts';

/**
 * Writes a page about a space.
 *
 * @returns the exit code: 1 if the space can't be read.
 * @throws {ConfigError} if the command can't run as given; nothing is written then.
 */
export function runReport(
  command: PictureCommand,
  machine: PictureMachine,
  output: PictureOutput,
): Promise<number> {
  return runPicture(command, machine, output, async (context) => {
    const { spaceId, spaceName, readAt, call, indexes, redactor } = context;
    const index = await indexes.read(spaceId, call);
    const { complete } = index;
    const audiences = redactedAudiences(index.audiences, redactor);
    const graph = partOf(graphOf({ audiences, complete }), graphLimits);
    const picture = await svgOf({ graph, spaceId, spaceName, readAt });
    return reportOf({
      spaceId,
      spaceName,
      readAt,
      audiences: audiences.map((audience, place) => {
        const known = index.audiences[place];
        return { ...audience, usedBy: known && index.usedByCount(known) };
      }),
      isComplete: complete,
      findings: review({ audiences, complete }),
      notes: [],
      picture,
    });
  });
}
