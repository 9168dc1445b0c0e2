import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { Distribution, expositionOf, Values } from '../../src/telemetry/families.ts';
import { type MetricSources, Metrics } from '../../src/telemetry/metrics.ts';
import { type MetricRow, metrics as table } from '../../src/telemetry/metrics-table.ts';
import { readExposition, seriesValue } from '../support/exposition.ts';
import { requirement } from '../support/required.ts';

const rows: readonly MetricRow[] = Object.values(table);

const sources: MetricSources = {
  replica: 'mcp-1',
  process: () => ({
    startedAt: 1000,
    cpuSeconds: 2,
    residentBytes: 3,
    heapUsedBytes: 4,
    eventLoopDelay: { p50: 0.001, p99: 0.01, max: 0.1 },
  }),
  redis: () => ({ status: 'up', replicasSeen: 2 }),
  authReasons: ['unknown', 'expired'],
  isStale: () => false,
  notReady: () => undefined,
};

const request = {
  workspace: 'default',
  operation: 'list_audiences',
  method: 'GET',
  route: '/spaces/{spaceId}/audiences',
  attempt: 1,
  waitedMs: 0,
};

const call = {
  tool: 'list_audiences',
  requestId: 1,
  protocolVersion: undefined,
  transport: 'tcp',
  caller: 'somebody@example.com',
  trace: { message: {}, header: {} },
} as const;

/** With at least one series of everything. */
function busy(): Metrics {
  const metrics = new Metrics();
  const observed = metrics.callBegan(call);
  observed.requestBegan({ ...request, waitedMs: 2000 }).ended(429, 100);
  observed.requestBegan({ ...request, attempt: 2 }).ended('timeout', 30_000);
  observed.ended('rate_limited', 32_100);
  metrics.notLetIn('expired');
  metrics.quotasOf('default', () => [
    { operation: 'list_audiences', limit: 60, remaining: 0, resetMs: 1500, waiting: 3 },
  ]);
  return metrics;
}

const text = busy().text(sources);

describe('the text', () => {
  const { lines, types } = readExposition(text);

  test('has every metric of the table, and no other, with its type and labels', () => {
    const byName = new Map(rows.map((row) => [row.name.toString(), row]));
    expect([...types]).toEqual(
      rows.map(({ name, type }) => [name, type]).sort(([a = ''], [b = '']) => (a < b ? -1 : 1)),
    );
    const otherwiseLabelled = lines.filter(({ name, labels }) => {
      const row = byName.get(name) ?? byName.get(name.replace(/_(?:bucket|sum|count)$/, ''));
      const bound = name.endsWith('_bucket') ? ['le'] : [];
      return `${Object.keys(labels)}` !== `${[...(row?.labels ?? []), ...bound]}`;
    });
    expect(otherwiseLabelled).toEqual([]);
  });

  test('never names a caller', () => {
    expect(text).not.toContain('somebody');
  });

  test.each([
    ['segment_mcp_tool_calls_total', { tool: 'list_audiences', code: 'rate_limited' }, 1],
    ['segment_mcp_tool_calls_under_way', {}, 0],
    ['segment_mcp_tool_call_duration_seconds_bucket', { le: '30' }, 0],
    ['segment_mcp_tool_call_duration_seconds_bucket', { le: '60' }, 1],
    ['segment_mcp_tool_call_duration_seconds_bucket', { le: '+Inf' }, 1],
    ['segment_mcp_tool_call_duration_seconds_sum', {}, 32.1],
    ['segment_mcp_segment_requests_total', { status: '429' }, 1],
    ['segment_mcp_segment_requests_total', { status: 'timeout' }, 1],
    ['segment_mcp_segment_refusals_total', { operation: 'list_audiences' }, 1],
    ['segment_mcp_quota_wait_seconds_sum', {}, 2],
    ['segment_mcp_quota_wait_seconds_count', {}, 2],
    ['segment_mcp_quota_limit', {}, 60],
    ['segment_mcp_quota_remaining', {}, 0],
    ['segment_mcp_quota_reset_seconds', {}, 1.5],
    ['segment_mcp_quota_queue_length', {}, 3],
    ['segment_mcp_auth_failures_total', { reason: 'expired' }, 1],
    ['segment_mcp_auth_failures_total', { reason: 'unknown' }, 0],
    ['segment_mcp_redis_up', {}, 1],
    ['segment_mcp_replicas_seen', {}, 2],
    ['segment_mcp_degraded', { reason: 'redis' }, 0],
    ['segment_mcp_build_info', { replica: 'mcp-1' }, 1],
  ])('says %s %o', (name, labels, value) => {
    expect(seriesValue(text, name, labels)).toBe(value);
  });

  test('says what does not work', () => {
    const broken = new Metrics().text({
      ...sources,
      redis: () => ({ status: 'down', replicasSeen: 1 }),
      isStale: () => true,
      notReady: () => 'no keys yet',
    });
    expect(seriesValue(broken, 'segment_mcp_redis_up')).toBe(0);
    expect(seriesValue(broken, 'segment_mcp_degraded', { reason: 'redis' })).toBe(1);
    expect(seriesValue(broken, 'segment_mcp_degraded', { reason: 'login' })).toBe(1);
    expect(seriesValue(broken, 'segment_mcp_config_stale')).toBe(1);
  });

  test('says nothing of a Redis that is not used', () => {
    const alone = new Metrics().text({ ...sources, redis: undefined });
    expect(seriesValue(alone, 'segment_mcp_redis_up')).toBeUndefined();
    expect(seriesValue(alone, 'segment_mcp_degraded', { reason: 'redis' })).toBe(0);
    expect(seriesValue(alone, 'segment_mcp_replicas_seen')).toBe(1);
  });

  test('counts a call as under way until it has ended', () => {
    const metrics = new Metrics();
    const [one, two] = [metrics.callBegan(call), metrics.callBegan(call)];
    expect(seriesValue(metrics.text(sources), 'segment_mcp_tool_calls_under_way')).toBe(2);
    one.ended('ok', 1);
    two.ended('ok', 1);
    expect(seriesValue(metrics.text(sources), 'segment_mcp_tool_calls_under_way')).toBe(0);
  });

  test('has the quotas of a workspace once, after its token was replaced', () => {
    const metrics = busy();
    metrics.quotasOf('default', () => [
      { operation: 'list_audiences', limit: 60, remaining: 60, resetMs: 0, waiting: 0 },
    ]);
    const named = readExposition(metrics.text(sources)).lines;
    expect(named.filter(({ name }) => name === 'segment_mcp_quota_remaining')).toEqual([
      expect.objectContaining({ value: 60 }),
    ]);
  });
});

describe('the format', () => {
  const gauge: MetricRow = {
    name: 'segment_mcp_gauge',
    type: 'gauge',
    labels: ['one', 'two'],
    help: 'A \\ and a\nline.',
  };

  test('escapes, and sorts by name and labels', () => {
    const values = new Values(gauge);
    values.set({ one: 'b', two: '' }, 1);
    values.set({ one: 'a"\\\n', two: 'é' }, Number.POSITIVE_INFINITY);
    values.set({ one: 'a', two: 'x' }, 0.5);
    const counter = new Values({ ...gauge, name: 'segment_mcp_counter_total', type: 'counter' });
    counter.add({ one: '', two: '' }, 2);
    counter.add({ one: '', two: '' });
    expect(
      expositionOf([values, counter]),
    ).toBe(`# HELP segment_mcp_counter_total A \\\\ and a\\nline.
# TYPE segment_mcp_counter_total counter
segment_mcp_counter_total{one="",two=""} 3
# HELP segment_mcp_gauge A \\\\ and a\\nline.
# TYPE segment_mcp_gauge gauge
segment_mcp_gauge{one="a",two="x"} 0.5
segment_mcp_gauge{one="a\\"\\\\\\n",two="é"} +Inf
segment_mcp_gauge{one="b",two=""} 1
`);
  });

  test('has cumulative buckets, in their order, each with its bound', () => {
    const seconds: MetricRow = { ...gauge, type: 'histogram', labels: ['one'], buckets: [2, 10] };
    const histogram = new Distribution(seconds);
    for (const value of [2, 2.5, 100]) histogram.observe({ one: 'a' }, value);
    expect(expositionOf([histogram]).split('\n').slice(2, -1)).toEqual([
      'segment_mcp_gauge_bucket{one="a",le="2"} 1',
      'segment_mcp_gauge_bucket{one="a",le="10"} 2',
      'segment_mcp_gauge_bucket{one="a",le="+Inf"} 3',
      'segment_mcp_gauge_sum{one="a"} 104.5',
      'segment_mcp_gauge_count{one="a"} 3',
    ]);
  });

  test('leaves out what has no series', () => {
    expect(expositionOf([new Values(gauge)])).toBe('');
  });
});

const rulesFile = 'docs/deploy/prometheus-rules.yaml';
const dashboardFile = 'docs/deploy/grafana-dashboard.json';

test.each([rulesFile, dashboardFile])('%s uses only series that there are', (file) => {
  const series = new Set(
    rows.flatMap(({ name, type }) =>
      type === 'histogram' ? [`${name}_bucket`, `${name}_sum`, `${name}_count`] : [name],
    ),
  );
  const content = readFileSync(file, 'utf8');
  const inText =
    file === rulesFile ? content.replaceAll(/^ *(?:summary|description):.*$/gm, '') : content;
  const used = inText.match(/\bsegment_mcp_\w+/g) ?? [];
  expect(used.length).toBeGreaterThan(5);
  expect(used.filter((name) => !series.has(name))).toEqual([]);
});

test('the words of the alerts name only metrics that there are', () => {
  const names = new Set(rows.map(({ name }) => name.toString()));
  const texts = readFileSync(rulesFile, 'utf8').match(/^ *(?:summary|description):.*$/gm) ?? [];
  const named = texts.flatMap((line) => line.match(/\bsegment_mcp_\w+/g) ?? []);
  expect(named.filter((name) => !names.has(name))).toEqual([]);
});

test.each([rulesFile, dashboardFile])('%s asks for labels that the metrics have', (file) => {
  const known = new Set([...rows.flatMap(({ labels }) => labels), 'le', 'instance', 'severity']);
  const content = readFileSync(file, 'utf8');
  const grouped = [...content.matchAll(/\bby \(([^)]*)\)/g)].flatMap(([, list = '']) =>
    list.split(', '),
  );
  const shown = [...content.matchAll(/\{\{ ?(?:\$labels\.)?(\w+) ?\}\}/g)].map(
    ([, name = '']) => name,
  );
  expect([...grouped, ...shown].filter((name) => !known.has(name))).toEqual([]);
});

const isPromtoolFound = spawnSync('promtool', ['--version'], { stdio: 'ignore' }).status === 0;
const withPromtool = requirement('promtool', isPromtoolFound, {
  program: 'promtool',
  debianPackage: 'prometheus',
});

describe.skipIf(withPromtool.isSkipped)(`Prometheus's own tool${withPromtool.note}`, () => {
  test('accepts the rules', () => {
    const { status, stdout, stderr } = spawnSync('promtool', ['check', 'rules', rulesFile], {
      encoding: 'utf8',
    });
    expect([status, stdout + stderr]).toEqual([0, expect.stringContaining('SUCCESS')]);
  });

  test('accepts the metrics, and has no advice on them', () => {
    const { status, stdout, stderr } = spawnSync('promtool', ['check', 'metrics'], {
      input: text,
      encoding: 'utf8',
    });
    expect([status, stdout + stderr]).toEqual([0, '']);
  });
});
