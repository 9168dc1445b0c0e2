import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js';
import { ElicitRequestSchema } from '@modelcontextprotocol/sdk/types.js';
import * as z from 'zod';

/*
 * The parts of the demo's story: servers, calls, headings, lines and checks.
 */

const optionsSchema = z.object({
  includeHistoricalData: z.boolean().optional(),
  filterByExternalIds: z.array(z.string()).optional(),
  backfillEventDataDays: z.number().optional(),
});

const audienceSchema = z.object({
  id: z.string(),
  name: z.string(),
  key: z.string().optional(),
  status: z.string().optional(),
  definition: z.object({ query: z.string() }).optional(),
  options: optionsSchema.optional(),
  computeCadence: z.object({ type: z.string() }).optional(),
  size: z.object({ count: z.number() }).optional(),
});

/** An audience as a list shows it. */
const rowSchema = z.object({
  id: z.string(),
  name: z.string(),
  status: z.string(),
  type: z.string(),
  size: z.number().optional(),
  cadence: z.string().optional(),
});
export type Row = z.infer<typeof rowSchema>;

const diagnosticSchema = z.object({
  message: z.string(),
  help: z.string().optional(),
  fix: z.object({ start: z.number(), end: z.number(), text: z.string() }).optional(),
});

const dataSchema = z.object({
  audience: audienceSchema.optional(),
  audiences: z.array(rowSchema).optional(),
  pagination: z
    .object({ next: z.string().nullish(), totalEntries: z.number().optional() })
    .optional(),
  status: z.string().optional(),
  matches: z.number().optional(),
  size: z.object({ count: z.number() }).optional(),
  quota: z.object({ usedThisMonth: z.number() }).optional(),
  counts: z.record(z.string(), z.number()).optional(),
  advice: z.array(z.string()).optional(),
  explanation: z.string().optional(),
  valid: z.boolean().optional(),
  diagnostics: z.array(diagnosticSchema).optional(),
  dryRun: z
    .object({
      edition: z.string(),
      request: z.object({ method: z.string(), url: z.string(), body: z.unknown() }),
    })
    .optional(),
  computeCadence: z.object({ type: z.string() }).optional(),
});

const errorSchema = z.object({
  error: z.object({
    code: z.string(),
    message: z.string(),
    next: z.string(),
    field: z.string().optional(),
    status: z.number().optional(),
  }),
});

const contentSchema = z.tuple([z.object({ text: z.string() })]);

/**
 * Starts the built server and a client whose user reads every question.
 *
 * @param args the server's command line.
 * @param agrees the user's answer; called for every question.
 */
export async function startServer(args: string[], agrees = () => true): Promise<Client> {
  const client = new Client({ name: 'demo', version: '1' }, { capabilities: { elicitation: {} } });
  client.setRequestHandler(ElicitRequestSchema, ({ params }) => {
    show('The user is asked:');
    for (const line of params.message.split('\n')) show(`| ${line}`);
    const agree = agrees();
    show(agree ? '→ yes' : '→ no');
    return { action: 'accept', content: { agree } };
  });
  const command = { command: process.execPath, args: ['dist/main.js', ...args] };
  await client.connect(new StdioClientTransport({ ...command, stderr: 'ignore' }));
  return client;
}

/** Calls a tool; returns its structured data, or the error that an agent would read. */
export async function callTool(client: Client, name: string, args: Record<string, unknown>) {
  const result = await client.callTool({ name, arguments: args });
  if (result.isError) {
    const [{ text }] = contentSchema.parse(result.content);
    // The JSON follows a line of prose.
    const json: unknown = JSON.parse(text.slice(text.indexOf('\n') + 1));
    return { data: dataSchema.parse({}), error: errorSchema.parse(json).error };
  }
  return { data: dataSchema.parse(result.structuredContent), error: undefined };
}

/** Begins a chapter. */
export function section(title: string): void {
  process.stdout.write(`\n${title}\n`);
}

/** Prints one line of the chapter. People read it, so bold type becomes double quotes. */
export function show(line: string): void {
  process.stdout.write(`  ${line.replace(/\*\*(.+?)\*\*/g, '"$1"')}\n`);
}

/** Ends the demo with exit code 1 if a step did not come out as expected. */
export function expectThat(what: string, holds: boolean): void {
  if (!holds) {
    process.stderr.write(`\nNot as expected: ${what} does not hold.\n`);
    process.exit(1);
  }
}
