import { version } from '../version.ts';
import { Distribution, expositionOf, Values } from './families.ts';
import { type MetricRow, metrics as table } from './metrics-table.ts';
import type {
  CallStart,
  ObservedCall,
  ObservedRequest,
  Observer,
  QuotaReading,
  RequestStart,
} from './observer.ts';
import type { ProcessFigures } from './process-figures.ts';

/** What is read when somebody asks for the metrics. */
export interface MetricSources {
  /** The name of this replica. */
  replica: string;
  process: () => ProcessFigures;
  /** What is known of Redis; undefined without it. */
  redis: (() => { status: 'up' | 'down'; replicasSeen: number }) | undefined;
  /** For what reasons somebody may not be let in: their counters begin at 0. */
  authReasons: readonly string[];
  /** Whether an older version of a file is in effect. */
  isStale: () => boolean;
  /** Why nobody can be let in; undefined if all is well. */
  notReady: () => string | undefined;
}

/** Counts what is observed, for Prometheus. */
export class Metrics implements Observer {
  readonly #calls = new Values(table.calls);
  readonly #callSeconds = new Distribution(table.callSeconds);
  readonly #callsUnderWay = new Values(table.callsUnderWay);
  readonly #requests = new Values(table.requests);
  readonly #requestSeconds = new Distribution(table.requestSeconds);
  readonly #refusals = new Values(table.refusals);
  readonly #quotaWaitSeconds = new Distribution(table.quotaWaitSeconds);
  readonly #authFailures = new Values(table.authFailures);
  readonly #quotas = new Map<string, () => readonly QuotaReading[]>();

  constructor() {
    this.#callsUnderWay.set({}, 0);
  }

  callBegan({ tool }: CallStart): ObservedCall {
    this.#callsUnderWay.add({});
    return {
      traceId: undefined,
      requestBegan: (request) => this.requestBegan(request),
      ended: (code, tookMs) => {
        this.#callsUnderWay.add({}, -1);
        this.#calls.add({ tool, code });
        this.#callSeconds.observe({ tool }, tookMs / 1000);
      },
    };
  }

  requestBegan({ workspace, operation, waitedMs }: RequestStart): ObservedRequest {
    const labels = { workspace, operation };
    this.#quotaWaitSeconds.observe(labels, waitedMs / 1000);
    // A counter that begins at 1 does not show its first increase.
    this.#refusals.add(labels, 0);
    return {
      ended: (outcome, tookMs) => {
        this.#requests.add({ ...labels, status: String(outcome) });
        this.#requestSeconds.observe(labels, tookMs / 1000);
        if (outcome === 429) this.#refusals.add(labels);
      },
    };
  }

  notLetIn(reason: string): void {
    this.#authFailures.add({ reason });
  }

  quotasOf(workspace: string, read: () => readonly QuotaReading[]): void {
    this.#quotas.set(workspace, read);
  }

  /** All metrics in the text format of Prometheus. */
  text(sources: MetricSources): string {
    for (const reason of sources.authReasons) this.#authFailures.add({ reason }, 0);
    return expositionOf([
      this.#calls,
      this.#callSeconds,
      this.#callsUnderWay,
      this.#requests,
      this.#requestSeconds,
      this.#refusals,
      this.#quotaWaitSeconds,
      this.#authFailures,
      ...this.#quotaGauges(),
      ...serverGauges(sources),
      ...processGauges(sources.process()),
    ]);
  }

  #quotaGauges(): Values[] {
    const limit = new Values(table.quotaLimit);
    const remaining = new Values(table.quotaRemaining);
    const reset = new Values(table.quotaReset);
    const queue = new Values(table.queue);
    for (const [workspace, read] of this.#quotas) {
      for (const reading of read()) {
        const labels = { workspace, operation: reading.operation };
        limit.set(labels, reading.limit);
        remaining.set(labels, reading.remaining);
        reset.set(labels, reading.resetMs / 1000);
        queue.set(labels, reading.waiting);
      }
    }
    return [limit, remaining, reset, queue];
  }
}

function serverGauges({ replica, redis, isStale, notReady }: MetricSources): Values[] {
  const shared = redis?.();
  const degraded = new Values(table.degraded);
  degraded.set({ reason: 'redis' }, flag(shared?.status === 'down'));
  degraded.set({ reason: 'login' }, flag(notReady() !== undefined));
  const up = new Values(table.redisUp);
  if (shared) up.set({}, flag(shared.status === 'up'));
  const info = new Values(table.buildInfo);
  info.set({ version, node: process.versions.node, replica }, 1);
  return [
    degraded,
    up,
    info,
    one(table.replicas, shared?.replicasSeen ?? 1),
    one(table.configStale, flag(isStale())),
  ];
}

function processGauges(figures: ProcessFigures): Values[] {
  const delay = new Values(table.eventLoopDelay);
  for (const [statistic, seconds] of Object.entries(figures.eventLoopDelay)) {
    delay.set({ statistic }, seconds);
  }
  return [
    one(table.startTime, figures.startedAt),
    one(table.cpu, figures.cpuSeconds),
    one(table.memory, figures.residentBytes),
    one(table.heap, figures.heapUsedBytes),
    delay,
  ];
}

/** A metric without labels. */
function one(row: MetricRow, value: number): Values {
  const values = new Values(row);
  values.set({}, value);
  return values;
}

function flag(isSo: boolean): number {
  return isSo ? 1 : 0;
}
