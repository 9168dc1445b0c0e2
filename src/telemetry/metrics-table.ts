/** One metric, as `/metrics` serves it and docs/metrics.md describes it. */
export interface MetricRow {
  name: `segment_mcp_${string}`;
  type: 'counter' | 'gauge' | 'histogram';
  /** The names of its labels. Each has few values: never a caller's id, nor anything of a request. */
  labels: readonly string[];
  /** What it counts, in a sentence with its unit. */
  help: string;
  /** The upper bounds of a histogram, in its unit. */
  buckets?: readonly number[];
}

/** All metrics. Names follow https://prometheus.io/docs/practices/naming/. */
export const metrics = {
  calls: {
    name: 'segment_mcp_tool_calls_total',
    type: 'counter',
    labels: ['tool', 'code'],
    help: 'Tool calls that ended, by outcome: ok, or the code of the error in the result.',
  },
  callSeconds: {
    name: 'segment_mcp_tool_call_duration_seconds',
    type: 'histogram',
    labels: ['tool'],
    help: 'Duration of tool calls, including waits for quota and for an answer from the user.',
    buckets: [0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300],
  },
  callsUnderWay: {
    name: 'segment_mcp_tool_calls_under_way',
    type: 'gauge',
    labels: [],
    help: 'Tool calls that have begun but not ended.',
  },
  requests: {
    name: 'segment_mcp_segment_requests_total',
    type: 'counter',
    labels: ['workspace', 'operation', 'status'],
    help: 'Requests to Segment that ended, by HTTP status or by the reason for the lack of a response.',
  },
  requestSeconds: {
    name: 'segment_mcp_segment_request_duration_seconds',
    type: 'histogram',
    labels: ['workspace', 'operation'],
    help: 'Duration of single requests to Segment, without waits for quota.',
    buckets: [0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30],
  },
  refusals: {
    name: 'segment_mcp_segment_refusals_total',
    type: 'counter',
    labels: ['workspace', 'operation'],
    help: 'Requests that Segment refused with HTTP 429, for lack of quota.',
  },
  quotaWaitSeconds: {
    name: 'segment_mcp_quota_wait_seconds',
    type: 'histogram',
    labels: ['workspace', 'operation'],
    help: 'How long requests that were sent had waited for quota.',
    buckets: [0.01, 0.1, 1, 5, 15, 30, 60, 300],
  },
  quotaLimit: {
    name: 'segment_mcp_quota_limit',
    type: 'gauge',
    labels: ['workspace', 'operation'],
    help: 'Requests per minute of an operation, as far as known.',
  },
  quotaRemaining: {
    name: 'segment_mcp_quota_remaining',
    type: 'gauge',
    labels: ['workspace', 'operation'],
    help: 'Requests of an operation that could be sent now without a wait.',
  },
  quotaReset: {
    name: 'segment_mcp_quota_reset_seconds',
    type: 'gauge',
    labels: ['workspace', 'operation'],
    help: 'Time until more requests than the remaining ones can be sent.',
  },
  queue: {
    name: 'segment_mcp_quota_queue_length',
    type: 'gauge',
    labels: ['workspace', 'operation'],
    help: 'Requests of this replica that are waiting for quota.',
  },
  authFailures: {
    name: 'segment_mcp_auth_failures_total',
    type: 'counter',
    labels: ['reason'],
    help: 'HTTP requests that were not let in, by reason.',
  },
  redisUp: {
    name: 'segment_mcp_redis_up',
    type: 'gauge',
    labels: [],
    help: 'Whether Redis answers (1) or not (0); absent without --redis.',
  },
  replicas: {
    name: 'segment_mcp_replicas_seen',
    type: 'gauge',
    labels: [],
    help: 'Replicas that this one knows of, itself included.',
  },
  degraded: {
    name: 'segment_mcp_degraded',
    type: 'gauge',
    labels: ['reason'],
    help: 'Whether the server does less than it should (1): redis, because Redis does not answer; login, because nobody can be let in.',
  },
  configStale: {
    name: 'segment_mcp_config_stale',
    type: 'gauge',
    labels: [],
    help: 'Whether a file of keys, tokens or policies can no longer be used (1), so that its last good version is in effect.',
  },
  buildInfo: {
    name: 'segment_mcp_build_info',
    type: 'gauge',
    labels: ['version', 'node', 'replica'],
    help: 'Always 1; what is running.',
  },
  startTime: {
    name: 'segment_mcp_process_start_time_seconds',
    type: 'gauge',
    labels: [],
    help: 'When the process started, in seconds since 1970.',
  },
  cpu: {
    name: 'segment_mcp_process_cpu_seconds_total',
    type: 'counter',
    labels: [],
    help: 'CPU time that the process has used, in user and system mode.',
  },
  memory: {
    name: 'segment_mcp_process_resident_memory_bytes',
    type: 'gauge',
    labels: [],
    help: 'Resident memory of the process (RSS).',
  },
  heap: {
    name: 'segment_mcp_process_heap_used_bytes',
    type: 'gauge',
    labels: [],
    help: 'Used part of the JavaScript heap.',
  },
  eventLoopDelay: {
    name: 'segment_mcp_event_loop_delay_seconds',
    type: 'gauge',
    labels: ['statistic'],
    help: 'Delay of the event loop since the last scrape: p50, p99 (percentiles) or max.',
  },
} as const satisfies Record<string, MetricRow>;
