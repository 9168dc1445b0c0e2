import * as z from 'zod';
import type { Rehearsal } from '../safety/wish.ts';
import { fitted, shortened } from '../text/shorten.ts';

/*
 * What all tools that write have in common.
 */

/** Maximum lengths of JSON: together they stay under 100,000. The request is the last to be cut. */
const maxRequestChars = 42_000;
const maxShapesChars = 42_000;

/** Inputs of every tool that writes. */
export const writeInputs = () => ({
  dryRun: z.boolean().optional().describe('Send nothing, show the request'),
  confirmation: z
    .string()
    .optional()
    .describe('Value from confirmation_required, after the user agreed'),
});

/** An empty string here has a meaning that must not be guessed. */
export const emptyIsWrong: readonly string[] = ['dryRun'];

/** Loose: its content was checked before. */
const rehearsalSchema = () =>
  z.object({
    edition: z.string().describe("Of Segment's API"),
    request: z.looseObject({}).describe('method, url, headers (without the token), body'),
    needsConfirmation: z.boolean(),
    before: z.looseObject({}).nullable(),
    after: z.looseObject({}).nullable(),
  });

/** Outputs of every tool that writes. */
export const writeOutputs = () => ({
  dryRun: rehearsalSchema().optional().describe('With dryRun only: nothing was sent'),
});

/**
 * A rehearsal as a tool's result shows it.
 *
 * @param leaveChars of the space for shapes that the result needs for something else.
 */
export function shownRehearsal(
  { request: { edition, ...request }, needsConfirmation, before, after }: Rehearsal,
  leaveChars = 0,
): z.input<ReturnType<typeof rehearsalSchema>> {
  const maxChars = maxShapesChars - leaveChars;
  const maxShapeChars = before && after ? maxChars / 2 : maxChars;
  return {
    edition,
    request: fitted(request, maxRequestChars),
    needsConfirmation,
    before: before && shortened(before, maxShapeChars),
    after: after && shortened(after, maxShapeChars),
  };
}
