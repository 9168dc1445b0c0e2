import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { SpanKind, SpanStatusCode } from '@opentelemetry/api';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import * as z from 'zod';
import { modernVersion, postModern } from '../support/modern.ts';
import { RawProgram } from '../support/program.ts';
import { startTeamServer } from '../support/team-server.ts';

/*
 * The built program, with an OpenTelemetry SDK of the operator's own that is loaded before it.
 */

const folder = mkdtempSync(join(tmpdir(), 'traces-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const preload = pathToFileURL('test/support/otel-to-file.mjs').href;
const traceId = '4bf92f3577b34da6a3ce929d0e0e4736';
/** State of somebody's vendor, which is passed on with the trace. */
const tracestate = 'vendor=t61rcWkgMzE';
const traceparent = `00-${traceId}-00f067aa0ba902b7-01`;
const httpTraceId = '0af7651916cd43dd8448eb211c80319c';
const httpTraceparent = `00-${httpTraceId}-b7ad6b7169203331-01`;

const contextSchema = z.looseObject({ traceId: z.string(), spanId: z.string() });
const spansSchema = z.array(
  z.object({
    name: z.string(),
    kind: z.number(),
    attributes: z.record(z.string(), z.unknown()),
    status: z.strictObject({ code: z.number() }),
    links: z.array(contextSchema),
    context: contextSchema,
    traceState: z.string().optional(),
    parent: contextSchema.optional(),
    events: z.tuple([]),
  }),
);
type Span = z.infer<typeof spansSchema>[number];

const environment = (file: string) => ({
  NODE_OPTIONS: `--import=${preload}`,
  OTEL_TEST_FILE: file,
});
const readSpans = (file: string) => spansSchema.parse(JSON.parse(readFileSync(file, 'utf8')));
const named = (spans: readonly Span[], name: string) => spans.filter((span) => span.name === name);

/** Must not be in any span. */
const argument = 'An argument that nobody may see';

describe('over stdio', () => {
  const file = join(folder, 'stdio.json');
  let spans: Span[];
  let log: string;

  beforeAll(async () => {
    const program = new RawProgram(
      ['--sandbox', '--edition=v1', '--log-level=debug'],
      environment(file),
    );
    await program.initialize();
    program.callTool(1, 'list_audiences', { count: 1 }, { traceparent, tracestate });
    await program.answer(1);
    program.callTool(2, 'get_audience', { id: 'aud_gone' }, { traceparent: 'no such form' });
    await program.answer(2);
    const definition = { name: argument, query: "trait('a') = 1", dryRun: true };
    program.callTool(3, 'create_audience', definition);
    await program.answer(3);
    program.child.stdin.end();
    await program.exit();
    log = program.stderr;
    spans = readSpans(file);
  });

  test('a call is a span of the client’s trace, by the conventions for MCP', () => {
    const [span, ...others] = named(spans, 'tools/call list_audiences');
    expect(others).toEqual([]);
    expect(span).toMatchObject({
      kind: SpanKind.SERVER,
      context: { traceId },
      parent: { traceId, spanId: '00f067aa0ba902b7', isRemote: true },
      links: [],
      status: { code: SpanStatusCode.UNSET },
    });
    expect(span?.attributes).toEqual({
      'mcp.method.name': 'tools/call',
      'mcp.protocol.version': '2025-06-18',
      'gen_ai.tool.name': 'list_audiences',
      'gen_ai.operation.name': 'execute_tool',
      'jsonrpc.request.id': '1',
      'network.transport': 'pipe',
    });
  });

  test('its requests to Segment are spans below it', () => {
    const [call] = named(spans, 'tools/call list_audiences');
    const below = spans.filter(({ parent }) => parent?.spanId === call?.context.spanId);
    expect(below).toEqual([
      expect.objectContaining({
        name: 'GET /spaces/{spaceId}/audiences',
        kind: SpanKind.CLIENT,
        attributes: {
          'http.request.method': 'GET',
          'url.template': '/spaces/{spaceId}/audiences',
          'http.response.status_code': 200,
          'segment.operation': 'list_audiences',
          'segment.workspace': 'default',
          'segment.attempt': 1,
          'segment.quota_wait_ms': expect.any(Number),
        },
      }),
    ]);
    expect(below[0]?.context.traceId).toBe(traceId);
    for (const span of [call, ...below]) expect(span?.traceState).toBe(tracestate);
  });

  test('a call that ends with an error in its result has failed', () => {
    const [span] = named(spans, 'tools/call get_audience');
    expect(span?.attributes['error.type']).toBe('not_found');
    expect(span?.status).toEqual({ code: SpanStatusCode.ERROR });
    const [request] = named(spans, 'GET /spaces/{spaceId}/audiences/{id}');
    expect(request).toMatchObject({
      attributes: { 'error.type': '404', 'http.response.status_code': 404 },
      status: { code: SpanStatusCode.ERROR },
    });
  });

  test('a traceparent of no known form is treated as if there were none', () => {
    const [span] = named(spans, 'tools/call get_audience');
    expect(span?.parent).toBeUndefined();
    expect(span?.context.traceId).toMatch(/^[0-9a-f]{32}$/);
  });

  test('no span has arguments, results or ids', () => {
    const text = readFileSync(file, 'utf8');
    for (const hidden of [argument, 'aud_', 'spa_', 'trait(', 'sandbox-token', 'Big spenders']) {
      expect(text).not.toContain(hidden);
    }
    expect(named(spans, 'tools/call create_audience')).toHaveLength(1);
  });

  test('the log names the trace', () => {
    const lines = log.split('\n').filter((line) => line.includes(`"trace":"${traceId}"`));
    const messages = lines.map((line) => z.object({ message: z.string() }).parse(JSON.parse(line)));
    expect(new Set(messages.map(({ message }) => message))).toEqual(
      new Set(['answer', 'tool call']),
    );
  });
});

test.each(['2025-11-25', modernVersion])(
  'over HTTP, the trace of the HTTP request is linked, and the caller is named: %s',
  async (era) => {
    const file = join(folder, `http-${era}.json`);
    const server = await startTeamServer(
      ['--sandbox', '--edition=v1', '--drain-wait-ms=0'],
      environment(file),
    );
    const headers = { traceparent: httpTraceparent };
    const params = { name: 'list_audiences', arguments: {}, _meta: { traceparent } };
    if (era === modernVersion) {
      await postModern(server.origin, { method: 'tools/call', params, headers });
    } else {
      await (await server.connect({ headers })).callTool(params);
    }
    await server.stop();
    const [span] = named(readSpans(file), 'tools/call list_audiences');
    expect(span).toMatchObject({ parent: { traceId }, links: [{ traceId: httpTraceId }] });
    expect(span?.attributes).toMatchObject({
      'mcp.protocol.version': era,
      'network.transport': 'tcp',
      'enduser.id': 'local',
    });
    expect(readFileSync(file, 'utf8')).not.toContain('session');
  },
);

test('an SDK that does not answer keeps the program from its end for a moment only', async () => {
  const program = new RawProgram(['--sandbox'], {
    NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(
      `const stuck = { getTracer: () => ({}), forceFlush: () => new Promise(() => {}) };
       globalThis[Symbol.for('opentelemetry.js.api.1')] = { version: '1.9.0', trace: stuck };`,
    )}`,
  });
  await program.initialize();
  program.child.stdin.end();
  expect(await program.exit()).toEqual({ code: 0 });
});
