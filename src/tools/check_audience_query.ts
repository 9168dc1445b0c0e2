import * as z from 'zod';
import type { AudienceType } from '../segment/models/audience.ts';
import { fitted, shortenedText } from '../text/shorten.ts';
import { someOf, visible } from '../text/visible.ts';
import { advice, spaceId, spaceOf, type } from './fields.ts';
import { checkedNames } from './names.ts';
import { cadenceSchema, shown } from './query-check.ts';
import { defineTool, type ToolContext } from './tool.ts';

/** How many names that could not be checked are listed. */
const maxUncheckedNamed = 10;
/**
 * Maximum length of the JSON of a result: invisible characters in a definition take more space where they are
 * shown.
 */
const maxResultChars = 95_000;
const maxExplanationChars = 30_000;

const span = () => ({
  start: z.int().describe('Offset of the first character'),
  end: z.int().describe('Offset after the last'),
});

const diagnosticSchema = () =>
  z.object({
    severity: z.enum(['error', 'warning', 'hint']),
    code: z.string(),
    message: z.string(),
    ...span(),
    line: z.int(),
    column: z.int(),
    help: z.string().optional(),
    fix: z
      .object({ ...span(), text: z.string() })
      .optional()
      .describe('Replacing start to end with text resolves it'),
  });

export const checkAudienceQuery = defineTool({
  name: 'check_audience_query',
  title: 'Check audience query',
  description: `Check a definition, explain it in plain English and format it; free without checkNames. create_audience and update_audience_for_space run this check themselves. The language:
event('Shoes Bought').where(property('price') >= 100).within(7 days).count() >= 1 AND NOT trait('plan').one_of('free', 'trial')
Streams: event('name'), filtered by where(…), within(7 days), between(7 days, 30 days), reduced by count(), sum|avg|min|max|first|last|mode(property('p')), unique(property('p')).count(). Single values: trait('name'); property('p') inside where. Compare with = != > >= < <=, or .exists() .absent() .contains('a') .starts_with('a') .one_of('a', 'b') .within_last(7 days) .before_date('2026-01-31T00:00:00Z'). Join with AND, OR, NOT and parentheses. ANY/ALL before a condition: any/every user of an account (type accounts). Funnel: an event(…) in the where of another, with within(parent: 5 days). Another audience: trait('its_key') = 'true'. Units: hours, days.`,
  hints: {
    readOnlyHint: true,
    destructiveHint: false,
    idempotentHint: true,
    openWorldHint: true,
  },
  input: () =>
    z.strictObject({
      query: z.string().describe('The definition'),
      type: type.default('users').describe('Who its members are'),
      spaceId,
      checkNames: z.boolean().default(false).describe('Also warn about names unknown to the space'),
    }),
  output: () =>
    z.object({
      checked: z.boolean().describe('False if too long or deep to check'),
      valid: z.boolean().optional(),
      diagnostics: z.array(diagnosticSchema()),
      formatted: z.string().optional().describe('Canonical form, if valid'),
      explanation: z.string().optional().describe('For the user to approve, if valid'),
      references: z.object({
        events: z.array(z.string()),
        traits: z.array(z.string()),
        properties: z.array(z.string()),
        entities: z.array(z.string()),
      }),
      computeCadence: cadenceSchema(),
      primaryExpressions: z.int().describe('Conditions used, out of 50'),
      unknownNames: z
        .array(z.string())
        .optional()
        .describe('With checkNames: unknown names, each with the nearest known'),
      advice,
    }),
  async handle(given, context) {
    const onNames = given.checkNames ? await checkNamesOf(given, context) : {};
    const { describeQuery } = await import('../query/index.ts');
    const { diagnostics, explanation, ...rest } = describeQuery(given.query, given.type);
    const result = {
      ...rest,
      diagnostics: diagnostics.map(shown),
      explanation: explanation && shortenedText(visible(explanation), maxExplanationChars),
      ...onNames,
    };
    return fitted(result, maxResultChars);
  },
});

/**
 * The names that the space does not know; undefined if none could be checked.
 *
 * @throws {AudiencesError} `space_not_allowed`.
 */
async function checkNamesOf(
  given: { spaceId?: string; query: string; type: AudienceType },
  context: ToolContext,
) {
  const space = spaceOf(given, context);
  const { warnings, checked, unchecked } = await checkedNames(
    { ...given, spaceId: space },
    context,
  );
  const which = someOf(unchecked, maxUncheckedNamed);
  const isChecked = checked.length > 0 || warnings.length > 0 || unchecked.length === 0;
  return {
    unknownNames: isChecked ? warnings : undefined,
    advice:
      unchecked.length > 0
        ? [`These names could not be checked against the space: ${which}.`]
        : undefined,
  };
}
