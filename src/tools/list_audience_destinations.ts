import * as z from 'zod';
import { type DestinationsOfAudience, readDestinations } from '../space/destinations.ts';
import { cut, visible } from '../text/visible.ts';
import { advice, id, spaceId, spaceOf } from './fields.ts';
import { fits, withFirstRows } from './short-rows.ts';
import { defineTool } from './tool.ts';

/** Only absurdly long names and ids are cut. */
const maxNameChars = 300;

const activationSchema = () =>
  z.object({
    id: z.string(),
    name: z.string().optional(),
    type: z.string().optional().describe('For example, Audience Entered'),
    enabled: z.boolean().optional(),
  });

/** One destination, as this tool and get_audience show it. */
export const destinationSchema = () =>
  z.object({
    connectionId: z.string(),
    destinationId: z.string().optional(),
    name: z.string().optional(),
    product: z.string().optional(),
    enabled: z.boolean().optional(),
    activations: z.array(activationSchema()).optional().describe('What is sent, and when'),
  });
type Shown = z.infer<ReturnType<typeof destinationSchema>>;

export const listAudienceDestinations = defineTool({
  name: 'list_audience_destinations',
  title: 'List audience destinations',
  description: 'List where an audience is sent: its connected destinations and their activations.',
  hints: {
    readOnlyHint: true,
    destructiveHint: false,
    idempotentHint: true,
    openWorldHint: true,
  },
  input: () => z.strictObject({ spaceId, id }),
  output: () =>
    z.object({
      destinations: z.array(destinationSchema()),
      unseen: z.int().describe('How many this token cannot see'),
      notice: z.string().optional().describe('What was left out of a long result'),
      advice,
    }),
  async handle(given, { api, call, ...context }) {
    const asked = { spaceId: spaceOf(given, context), id: given.id };
    const found = await readDestinations(api, asked, call);
    const destinations = shownDestinations(found);
    const answerOf = (shown: Shown[], notice?: string) => ({
      destinations: shown,
      unseen: found.unseen,
      notice,
      advice: adviceOnDestinations(found),
    });
    const inFull = answerOf(destinations);
    if (fits(inFull)) return inFull;
    return withFirstRows(withoutActivations(destinations), (names) => {
      const missing = destinations.length - names.length;
      const rows = missing > 0 ? `; ${missing} destinations are not shown` : '';
      return answerOf(names, `The result is long, so activations are left out${rows}.`);
    });
  },
});

/** The same destinations in fewer characters. */
export function withoutActivations(destinations: readonly Shown[]): Shown[] {
  return destinations.map(({ activations, ...destination }) => destination);
}

/** Destinations without absurdly long names and ids. */
export function shownDestinations({ destinations }: DestinationsOfAudience): Shown[] {
  const shown = (text: string) => cut(text, maxNameChars);
  return destinations.map((each) => ({
    connectionId: shown(each.connectionId),
    destinationId: each.destinationId && shown(each.destinationId),
    name: each.name && shown(each.name),
    product: each.product && shown(each.product),
    enabled: each.enabled,
    activations: each.activations?.map(({ id: activationId, name, type, enabled }) => ({
      id: shown(activationId),
      name: name && shown(name),
      type: type && shown(type),
      enabled,
    })),
  }));
}

/** Advice on where an audience is sent. */
export function adviceOnDestinations({
  unseen,
  total,
  complete,
  activationsError,
}: DestinationsOfAudience): string[] | undefined {
  const said: string[] = [];
  if (total === 0) said.push('It is not connected to any destination.');
  if (unseen > 0) {
    const [what, whose] =
      unseen === 1 ? ['1 destination is', 'its'] : [`${unseen} destinations are`, 'their'];
    said.push(`${what} hidden from this token: only ${whose} activations can be shown, if any.`);
  }
  if (!complete) said.push('There may be more than are shown.');
  if (activationsError) {
    const { code, message } = activationsError;
    said.push(`Activations could not be read (${code}). ${cut(visible(message), maxNameChars)}`);
  }
  return said.length > 0 ? said : undefined;
}
