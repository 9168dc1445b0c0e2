// Sends the traces of segment-audiences-mcp to a collector. docs/metrics.md describes them.
//   npm install @opentelemetry/sdk-node
//   node --import ./otel-preload.mjs dist/main.js serve --http 8080
// The environment configures it: OTEL_SERVICE_NAME, OTEL_EXPORTER_OTLP_ENDPOINT, OTEL_TRACES_SAMPLER, …
import { NodeSDK } from '@opentelemetry/sdk-node';

new NodeSDK({ instrumentations: [] }).start();
