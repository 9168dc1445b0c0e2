import { monitorEventLoopDelay } from 'node:perf_hooks';

/** How the process is, at one moment. */
export interface ProcessFigures {
  /** Seconds since 1970. */
  startedAt: number;
  cpuSeconds: number;
  residentBytes: number;
  heapUsedBytes: number;
  /** In seconds since it was last asked for, by statistic. */
  eventLoopDelay: Readonly<Record<string, number>>;
}

/** How often the delay of the event loop is sampled; that time itself is not a delay. */
const resolutionMs = 20;
const nanosecondsPerSecond = 1e9;

/** Begins to measure. @returns what reads the figures. */
export function measureProcess(now: () => number): () => ProcessFigures {
  const delay = monitorEventLoopDelay({ resolution: resolutionMs });
  delay.enable();
  const startedAt = now() / 1000 - process.uptime();
  return () => {
    const { user, system } = process.cpuUsage();
    const { rss, heapUsed } = process.memoryUsage();
    const seconds = (nanoseconds: number) =>
      Math.max(0, nanoseconds / nanosecondsPerSecond - resolutionMs / 1000) || 0;
    const eventLoopDelay = {
      p50: seconds(delay.percentile(50)),
      p99: seconds(delay.percentile(99)),
      max: seconds(delay.max),
    };
    delay.reset();
    return {
      startedAt,
      cpuSeconds: (user + system) / 1e6,
      residentBytes: rss,
      heapUsedBytes: heapUsed,
      eventLoopDelay,
    };
  };
}
