import type {
  Context,
  Histogram,
  Link,
  SpanContext,
  SpanOptions,
  Tracer,
} from '@opentelemetry/api';
import { name, version } from '../version.ts';
import type {
  CallStart,
  ObservedRequest,
  Observer,
  RequestStart,
  TraceContext,
} from './observer.ts';
import { readTraceparent } from './traceparent.ts';

/**
 * Seconds; the bounds that the conventions advise for `mcp.server.operation.duration`.
 * https://github.com/open-telemetry/semantic-conventions/blob/main/docs/gen-ai/mcp.md
 */
const boundaries = [0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 30, 60, 120, 300];

/**
 * Reports calls as spans, by OpenTelemetry's conventions for MCP, to whatever SDK the operator has
 * loaded. The API alone is part of this program; without an SDK it does nothing.
 *
 * `mcp.session.id` is left out, and so are arguments and results.
 */
export async function openTelemetryObserver(): Promise<FlushedObserver> {
  const api = await import('@opentelemetry/api');
  const tracer = api.trace.getTracer(name, version);
  const duration = api.metrics
    .getMeter(name, version)
    .createHistogram('mcp.server.operation.duration', {
      unit: 's',
      description: 'Duration of the MCP request as seen by the server',
      advice: { explicitBucketBoundaries: boundaries },
    });
  return new OpenTelemetry(api, tracer, duration);
}

/** An observer that an SDK reports for, sooner or later. */
export interface FlushedObserver extends Observer {
  /** Makes the SDK report what it has not reported yet. Rejects if that fails. */
  flush(): Promise<void>;
}

type Api = typeof import('@opentelemetry/api');

class OpenTelemetry implements FlushedObserver {
  readonly #api: Api;
  readonly #tracer: Tracer;
  readonly #duration: Histogram;

  constructor(api: Api, tracer: Tracer, duration: Histogram) {
    this.#api = api;
    this.#tracer = tracer;
    this.#duration = duration;
  }

  callBegan(call: CallStart) {
    const { SpanKind, SpanStatusCode, ROOT_CONTEXT, trace } = this.#api;
    const attributes = {
      'mcp.method.name': 'tools/call',
      'gen_ai.operation.name': 'execute_tool',
      'gen_ai.tool.name': call.tool,
      'network.transport': call.transport,
      ...(call.protocolVersion && { 'mcp.protocol.version': call.protocolVersion }),
    };
    const parent = this.#placeOf(call.trace.message);
    const around = this.#placeOf(call.trace.header);
    const options: SpanOptions = {
      kind: SpanKind.SERVER,
      attributes: {
        ...attributes,
        'jsonrpc.request.id': String(call.requestId),
        ...(call.caller && { 'enduser.id': call.caller }),
      },
      links: around ? [{ context: around } satisfies Link] : [],
    };
    const outside = parent ? trace.setSpanContext(ROOT_CONTEXT, parent) : ROOT_CONTEXT;
    const span = this.#tracer.startSpan(`tools/call ${call.tool}`, options, outside);
    const inside = trace.setSpan(ROOT_CONTEXT, span);
    const spanContext = span.spanContext();
    return {
      traceId: this.#api.isSpanContextValid(spanContext) ? spanContext.traceId : undefined,
      requestBegan: (request: RequestStart) => this.#requestIn(request, inside),
      ended: (outcome: string, tookMs: number) => {
        const failed = outcome === 'ok' ? {} : { 'error.type': outcome };
        if (outcome !== 'ok') span.setStatus({ code: SpanStatusCode.ERROR });
        span.setAttributes(failed).end();
        this.#duration.record(tookMs / 1000, { ...attributes, ...failed }, inside);
      },
    };
  }

  requestBegan(request: RequestStart): ObservedRequest {
    return this.#requestIn(request, this.#api.ROOT_CONTEXT);
  }

  async flush(): Promise<void> {
    const { trace, metrics } = this.#api;
    for (const provider of [trace.getTracerProvider(), metrics.getMeterProvider()]) {
      await flushProvider(provider);
    }
  }

  notLetIn(): void {}

  quotasOf(): void {}

  #requestIn(request: RequestStart, context: Context): ObservedRequest {
    const { SpanKind, SpanStatusCode } = this.#api;
    const { workspace, operation, method, route, attempt, waitedMs } = request;
    const resent = attempt > 1 ? { 'http.request.resend_count': attempt - 1 } : {};
    const span = this.#tracer.startSpan(
      `${method} ${route}`,
      {
        kind: SpanKind.CLIENT,
        attributes: {
          'http.request.method': method,
          'url.template': route,
          ...resent,
          'segment.operation': operation,
          'segment.workspace': workspace,
          'segment.attempt': attempt,
          'segment.quota_wait_ms': waitedMs,
        },
      },
      context,
    );
    return {
      ended(outcome) {
        if (typeof outcome === 'number') span.setAttribute('http.response.status_code', outcome);
        // By the conventions for HTTP clients, from 400 on.
        if (typeof outcome === 'string' || outcome >= 400) {
          span.setAttribute('error.type', String(outcome));
          span.setStatus({ code: SpanStatusCode.ERROR });
        }
        span.end();
      },
    };
  }

  /** The flags are the client's: its trace is recorded where it says so. */
  #placeOf({ traceparent, tracestate }: TraceContext): SpanContext | undefined {
    const place = readTraceparent(traceparent);
    if (!place) return undefined;
    // The API drops what is too long or has no such form (section 3.3).
    const traceState =
      typeof tracestate === 'string' ? this.#api.createTraceState(tracestate) : undefined;
    return { ...place, isRemote: true, ...(traceState && { traceState }) };
  }
}

/** The API knows no such method, but every SDK has it; what the API gives may stand for the SDK's own. */
async function flushProvider(provider: object): Promise<void> {
  if ('getDelegate' in provider && typeof provider.getDelegate === 'function') {
    const delegate: unknown = provider.getDelegate();
    if (typeof delegate === 'object' && delegate !== null) await flushProvider(delegate);
    return;
  }
  if ('forceFlush' in provider && typeof provider.forceFlush === 'function') {
    await provider.forceFlush();
  }
}
