import * as z from 'zod';
import { needsAgreement, type PlannedWrite } from '../safety/agreement.ts';
import { carryOut, type WriteResult } from '../safety/carry-out.ts';
import { explainStored } from './query-check.ts';
import type { ToolContext } from './tool.ts';

/*
 * What the three tools that write have in common.
 */

/** Inputs of every tool that writes. */
export const writeInputs = () => ({
  dryRun: z.boolean().optional().describe('Send nothing, show what would be sent'),
  confirmation: z
    .string()
    .optional()
    .describe('Value from confirmation_required, after the user agreed'),
});

/** Loose: what is in it was checked on its way here. */
const rehearsalSchema = () =>
  z.object({
    request: z.looseObject({}).describe('method, url, headers (without the token), body'),
    needsConfirmation: z.boolean(),
    before: z.looseObject({}).nullable(),
    after: z.looseObject({}).nullable(),
  });

/** Outputs of every tool that writes. */
export const writeOutputs = () => ({
  dryRun: rehearsalSchema().optional().describe('With dryRun only: nothing was sent'),
});

/** The answer to `dryRun`. */
export async function rehearse(
  { write, before, after }: PlannedWrite,
  { api, confirm }: ToolContext,
): Promise<z.input<ReturnType<typeof rehearsalSchema>>> {
  return {
    request: { ...(await api.preview(write)) },
    needsConfirmation: needsAgreement(write, confirm),
    before: before ?? null,
    after: after ?? null,
  };
}

/** Carries a write out: agreement, sending, audit log. `send` is called at most once. */
export function perform<Result extends WriteResult>(
  plan: PlannedWrite,
  confirmation: string | undefined,
  context: ToolContext,
  send: () => Promise<Result>,
): Promise<Result> {
  const { confirm: mode, ...rest } = context;
  return carryOut(plan, confirmation, { ...rest, mode, explain: explainStored }, send);
}
