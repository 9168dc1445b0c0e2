import { redactedAudiences, redactedFinding } from '../pictures/redacted.ts';
import { reportOf } from '../pictures/report.ts';
import { svgOf } from '../pictures/svg.ts';
import { graphOf } from '../space/audience-graph.ts';
import { partOf } from '../space/part-of-graph.ts';
import { lookedUpNote, readReview } from '../space/read-review.ts';
import { graphLimits } from './graph.ts';
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
    const { spaceId, spaceName, readAt, config, redactor, bar } = context;
    const { planLimit } = config;
    const { index, traits, findings, destinations } = await readReview(spaceId, {
      ...context,
      planLimit,
      withDestinations: true,
    });
    bar.does('Drawing');
    const lookedUp = lookedUpNote(destinations);
    const { complete } = index;
    const audiences = redactedAudiences(index.audiences, redactor);
    const graph = partOf(graphOf({ audiences, complete, traits }), graphLimits);
    const picture = await svgOf({ graph, spaceId, spaceName, readAt, isInPage: true });
    return reportOf({
      spaceId,
      spaceName,
      readAt,
      audiences: audiences.map((audience, place) => {
        const known = index.audiences[place];
        return { ...audience, usedBy: known && index.usedByCount(known) };
      }),
      isComplete: complete,
      findings: findings.map((finding) => redactedFinding(finding, redactor)),
      notes: lookedUp === undefined ? [] : [lookedUp],
      picture,
    });
  });
}
