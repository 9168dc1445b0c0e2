import * as z from 'zod';
import { explainTrait } from '../safety/meaning.ts';
import { computedTraitSchema } from '../segment/models/computed-trait.ts';
import { fitted, shortenedText } from '../text/shorten.ts';
import { adviceAfterRead } from './advice.ts';
import { traitId } from './computed-trait-fields.ts';
import { advice, spaceId, spaceOf } from './fields.ts';
import { defineTool } from './tool.ts';

/** Maximum length of their JSON; no text of a trait is cut below that. */
const maxTraitChars = 60_000;
const maxExplanationChars = 30_000;

export const getComputedTrait = defineTool({
  name: 'get_computed_trait',
  title: 'Get computed trait',
  description: 'Read one computed trait in full: definition, status, key.',
  hints: {
    readOnlyHint: true,
    destructiveHint: false,
    idempotentHint: true,
    openWorldHint: true,
  },
  input: () => z.strictObject({ spaceId, id: traitId }),
  output: () =>
    z.object({
      computedTrait: computedTraitSchema,
      explanation: z.string().optional().describe('The definition in plain English'),
      advice,
    }),
  async handle(given, { api, call, ...context }) {
    const input = { spaceId: spaceOf(given, context), id: given.id };
    const { computedTrait } = await api.send('get_computed_trait', input, call);
    const explanation = await explainTrait(computedTrait);
    return {
      computedTrait: fitted(computedTrait, maxTraitChars),
      explanation: explanation && shortenedText(explanation, maxExplanationChars),
      advice: adviceAfterRead(computedTrait),
    };
  },
});
