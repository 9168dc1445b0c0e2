import * as z from 'zod';
import { advice, id, spaceId, spaceOf } from './fields.ts';
import { assertLinked } from './linked-audience.ts';
import { defineTool } from './tool.ts';
import { emptyIsWrong, shownRehearsal, writeInputs, writeOutputs } from './write.ts';

const consequences = ['What it sends to its destinations cannot be recalled.'];
const disabled = 'It is disabled; Segment does not document whether it runs anyway.';
const afterwards =
  'The run is in progress or waiting for other runs in the space; nothing shows when it ends. Do not run it again to find out.';

export const runAudience = defineTool({
  name: 'run_audience',
  title: 'Run audience',
  description:
    'Run a linked audience now, only if the user asked for it: it sends data out, which cannot be undone.',
  hints: {
    readOnlyHint: false,
    destructiveHint: true,
    idempotentHint: false,
    openWorldHint: true,
  },
  input: () => z.strictObject({ spaceId, id, ...writeInputs() }),
  output: () =>
    z.object({ run: z.looseObject({ id: z.string() }).optional(), ...writeOutputs(), advice }),
  keepsEmpty: emptyIsWrong,
  async handle(given, context) {
    const input = { spaceId: spaceOf(given, context), id: given.id };
    const outcome = await context.carryOut({
      operation: 'force_execute_audience_run',
      kind: 'run',
      ...input,
      draft: input,
      grave: true,
      dryRun: given.dryRun,
      confirmation: given.confirmation,
      consequences: () => consequences,
      async plan(before) {
        if (before) assertLinked(before);
        const warnings = before?.enabled === false ? [disabled] : [];
        return { input, after: before, warnings, advice: [] };
      },
    });
    if (outcome.kind === 'rehearsed') {
      return { dryRun: shownRehearsal(outcome.rehearsal), advice: outcome.advice };
    }
    return { run: outcome.output.run, advice: [...outcome.advice, afterwards] };
  },
});
