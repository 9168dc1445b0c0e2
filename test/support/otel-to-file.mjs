// Loaded before the program: an OpenTelemetry SDK that writes each span to the file in OTEL_TEST_FILE, late, as
// SDKs do.
import { writeFileSync } from 'node:fs';
import { trace } from '@opentelemetry/api';
import { BasicTracerProvider, BatchSpanProcessor } from '@opentelemetry/sdk-trace-base';

const spans = [];
const exporter = {
  export(batch, done) {
    for (const span of batch) {
      spans.push({
        name: span.name,
        kind: span.kind,
        attributes: span.attributes,
        status: span.status,
        links: span.links.map(({ context }) => context),
        context: span.spanContext(),
        parent: span.parentSpanContext,
        traceState: span.spanContext().traceState?.serialize(),
        events: span.events,
      });
    }
    writeFileSync(process.env.OTEL_TEST_FILE, JSON.stringify(spans));
    done({ code: 0 });
  },
  async shutdown() {},
};
const spanProcessors = [new BatchSpanProcessor(exporter, { scheduledDelayMillis: 600_000 })];
trace.setGlobalTracerProvider(new BasicTracerProvider({ spanProcessors }));
