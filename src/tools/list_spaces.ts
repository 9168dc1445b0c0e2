import * as z from 'zod';
import { Cursors, firstTime } from '../segment/cursors.ts';
import { AudiencesError, NoTokenError, UnsupportedError } from '../segment/errors.ts';
import { isSameSpace } from '../segment/ids.ts';
import type { Space } from '../segment/models/space.ts';
import { isSpaceAllowed } from '../segment/policy.ts';
import { cut, quoted } from '../text/visible.ts';
import { advice } from './fields.ts';
import { fits } from './short-rows.ts';
import { defineTool, type ToolContext } from './tool.ts';

/** Rows per request: Segment's own maximum. */
const rowsAtOnce = 1000;
/** No workspace has more spaces than fit into these. */
const maxPages = 10;
/** Only absurdly long names are cut. */
const maxNameChars = 300;

const rowSchema = () =>
  z.object({
    id: z.string(),
    name: z.string().optional(),
    slug: z.string().optional(),
    isDefault: z.boolean().optional().describe('Used by calls without spaceId'),
  });
type Row = z.infer<ReturnType<typeof rowSchema>>;

export const listSpaces = defineTool({
  name: 'list_spaces',
  title: 'List spaces',
  description: 'List the spaces of the workspace that you may use; the default is marked.',
  hints: {
    readOnlyHint: true,
    destructiveHint: false,
    idempotentHint: true,
    openWorldHint: true,
  },
  input: () => z.strictObject({}),
  output: () => z.object({ spaces: z.array(rowSchema()), advice }),
  async handle(_, context) {
    try {
      const { spaces, complete } = await readSpaces(context);
      const shown = shownSpaces(spaces, context);
      const notes = complete ? [] : ['The workspace may have more spaces than are shown.'];
      const { defaultSpace } = context;
      if (defaultSpace !== undefined && !shown.some(({ isDefault }) => isDefault)) {
        notes.push(
          `The default space ${quoted(defaultSpace)} is not among the spaces that this token can see.`,
        );
      }
      return fitted(shown, notes);
    } catch (error) {
      const configured = configuredSpaces(context);
      if (!isLack(error) || configured.length === 0) throw error;
      const why = `Only the spaces configured for this server are shown: Segment lists none for this token (${error.code}).`;
      return fitted(
        configured.map((id) => rowOf({ id }, context)),
        [why],
      );
    }
  },
});

async function readSpaces({ api, call }: ToolContext) {
  const spaces: Space[] = [];
  let cursor: string | undefined;
  const cursors = new Cursors();
  const isNew = firstTime();
  for (let pages = 0; pages < maxPages; pages += 1) {
    const page = await api.send('list_spaces', { count: rowsAtOnce, cursor }, call);
    spaces.push(...page.spaces.filter(isNew));
    const { cursor: next, isLoop } = cursors.after(page.pagination?.next);
    cursor = next;
    if (cursor === undefined) return { spaces, complete: !isLoop };
  }
  return { spaces, complete: false };
}

/**
 * Whether a token, a workspace or an edition has no list of spaces. Segment answers 401 also where a
 * token only lacks a permission.
 */
function isLack(error: unknown): error is AudiencesError {
  if (!(error instanceof AudiencesError)) return false;
  if (error instanceof NoTokenError) return false;
  return error instanceof UnsupportedError || ['unauthorized', 'forbidden'].includes(error.code);
}

function configuredSpaces({ defaultSpace, allowedSpaces = [] }: ToolContext): string[] {
  return [...new Set([...(defaultSpace === undefined ? [] : [defaultSpace]), ...allowedSpaces])];
}

/** Those that may be used, under the ids by which they may be used. */
function shownSpaces(spaces: readonly Space[], context: ToolContext): Row[] {
  const configured = configuredSpaces(context);
  return spaces.flatMap((space) => {
    const id = configured.find((other) => isSameSpace(other, space.id)) ?? space.id;
    return isSpaceAllowed(context, id) ? [rowOf({ ...space, id }, context)] : [];
  });
}

function rowOf({ id, name, slug }: Space, { defaultSpace }: ToolContext): Row {
  const shown = (text: string | null | undefined) => (text ? cut(text, maxNameChars) : undefined);
  return { id, name: shown(name), slug: shown(slug), isDefault: id === defaultSpace || undefined };
}

function fitted(spaces: readonly Row[], notes: readonly string[]) {
  for (let count = spaces.length; ; count = Math.floor(count / 2)) {
    const missing = spaces.length - count;
    const said = missing > 0 ? [...notes, `${missing} more spaces are not shown.`] : notes;
    const answer = {
      spaces: spaces.slice(0, count),
      advice: said.length > 0 ? [...said] : undefined,
    };
    if (count === 0 || fits(answer)) return answer;
  }
}
