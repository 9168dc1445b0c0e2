import * as z from 'zod';
import { type Audience, paginationSchema } from '../segment/entities.ts';
import { cut } from '../visible.ts';
import { spaceId, spaceOf } from './fields.ts';
import { defineTool } from './tool.ts';

/** A longer text of a page is more than an agent should have to read at once. */
const longestTextChars = 60_000;
const longestQueryChars = 200;

const rowSchema = () =>
  z.object({
    id: z.string(),
    name: z.string(),
    key: z.string().optional(),
    enabled: z.boolean().optional(),
    status: z.string().nullish(),
    type: z.string().optional(),
    query: z.string().optional().describe('Cut where it ends in …[cut, N characters in all]'),
    updatedAt: z.string().nullish(),
  });
type Row = z.infer<ReturnType<typeof rowSchema>>;

export const listAudiences = defineTool({
  name: 'list_audiences',
  title: 'List audiences',
  description:
    'List the audiences of a space, a page at a time, as short rows; get_audience shows one in full. Next page: pass pagination.next as cursor. Limit: 25 a minute.',
  hints: {
    readOnlyHint: true,
    destructiveHint: false,
    idempotentHint: true,
    openWorldHint: true,
  },
  input: () =>
    z.strictObject({
      spaceId,
      count: z.int().min(1).max(1000).default(50).describe('Rows per page'),
      cursor: z.string().min(1).optional().describe('pagination.next of the page before'),
    }),
  output: () =>
    z.object({
      audiences: z.array(rowSchema()),
      pagination: paginationSchema,
      notice: z.string().optional().describe('Says which columns were left out of a large page'),
    }),
  async handle(input, context) {
    const page = await context.api.listAudiences(
      spaceOf(input, context),
      { count: input.count, cursor: input.cursor },
      context.call,
    );
    return fitPage(page.audiences.map(summarize), page.pagination);
  },
});

function summarize({ definition, ...audience }: Audience): Row {
  return {
    id: audience.id,
    name: audience.name,
    key: audience.key,
    enabled: audience.enabled,
    status: audience.status,
    type: definition?.type,
    query: definition ? cut(definition.query, longestQueryChars) : undefined,
    updatedAt: audience.updatedAt,
  };
}

/** Drops columns, never rows, until the page's text is short enough or only the names are left. */
function fitPage(audiences: Row[], pagination: z.infer<typeof paginationSchema>) {
  const whole = { audiences, pagination };
  if (JSON.stringify(whole).length <= longestTextChars) return whole;
  const withoutQuery = {
    audiences: audiences.map(({ query, updatedAt, ...row }) => row),
    pagination,
    notice: noticeOf('query and updatedAt'),
  };
  if (JSON.stringify(withoutQuery).length <= longestTextChars) return withoutQuery;
  return {
    audiences: audiences.map(({ id, name }) => ({ id, name })),
    pagination,
    notice: noticeOf('everything but id and name'),
  };
}

function noticeOf(columns: string): string {
  return `This page is large, so ${columns} was left out of every row; no row is missing. Ask for a smaller count, or use get_audience.`;
}
