import { type Clock, passed } from '../clock.ts';
import type { Metrics } from './metrics.ts';
import { noObserver, type Observer, observers } from './observer.ts';

/** Who observes the program. */
export interface Telemetry {
  observer: Observer;
  /** What `/metrics` shows; undefined where it is not served. */
  metrics: Metrics | undefined;
  /** To be called before the process ends, which waits for it a moment. Never rejects. */
  flush(): Promise<void>;
}

/** Nobody observes it. */
export const noTelemetry: Telemetry = {
  observer: noObserver,
  metrics: undefined,
  flush: async () => {},
};

/** Where OpenTelemetry's API keeps what an SDK registers with it (its `internal/global-utils`). */
const registry = Symbol.for('opentelemetry.js.api.1');

/** A client that has ended us may kill us soon. */
const maxFlushMs = 500;

/**
 * Loads what is needed. Over stdin and stdout that is nothing, unless an SDK of OpenTelemetry was
 * loaded before this program.
 *
 * @param http what is served over HTTP; undefined for nothing.
 */
export async function openTelemetry(
  http: { metrics: object | undefined } | undefined,
  clock: Clock,
): Promise<Telemetry> {
  if (!http && !(registry in globalThis)) return noTelemetry;
  const { openTelemetryObserver } = await import('./opentelemetry.ts');
  const spans = await openTelemetryObserver();
  const flush = () => Promise.race([spans.flush().catch(() => {}), passed(clock, maxFlushMs)]);
  if (!http?.metrics) return { observer: spans, metrics: undefined, flush };
  const { Metrics: Counting } = await import('./metrics.ts');
  const metrics = new Counting();
  return { observer: observers([spans, metrics]), metrics, flush };
}
