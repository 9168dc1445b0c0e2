import type { MetricRow } from './metrics-table.ts';

/** The values of a metric's labels. */
export type Labels = Readonly<Record<string, string>>;

/** One line of a metric, but for its name. */
interface Sample {
  /** What follows the name, such as `_bucket`. */
  suffix: string;
  labels: Labels;
  value: number;
}

/** A metric with all its series. */
export interface Family {
  row: MetricRow;
  samples(): Sample[];
}

/** A counter or a gauge. */
export class Values implements Family {
  readonly row: MetricRow;
  readonly #series = new Map<string, { labels: Labels; value: number }>();

  constructor(row: MetricRow) {
    this.row = row;
  }

  add(labels: Labels, by = 1): void {
    this.set(labels, by + (this.#series.get(labelText(this.row, labels))?.value ?? 0));
  }

  set(labels: Labels, value: number): void {
    this.#series.set(labelText(this.row, labels), { labels, value });
  }

  /** Forgets all series. */
  clear(): void {
    this.#series.clear();
  }

  samples(): Sample[] {
    return [...this.#series.values()].map((each) => ({ suffix: '', ...each }));
  }
}

/** A histogram. */
export class Distribution implements Family {
  readonly row: MetricRow;
  readonly #bounds: readonly number[];
  readonly #series = new Map<string, { labels: Labels; counts: number[]; sum: number }>();

  constructor(row: MetricRow) {
    this.row = row;
    this.#bounds = [...(row.buckets ?? []), Number.POSITIVE_INFINITY];
  }

  observe(labels: Labels, value: number): void {
    const key = labelText(this.row, labels);
    const series = this.#series.get(key) ?? { labels, counts: this.#bounds.map(() => 0), sum: 0 };
    this.#series.set(key, series);
    series.counts = series.counts.map((count, index) =>
      value <= (this.#bounds[index] ?? 0) ? count + 1 : count,
    );
    series.sum += value;
  }

  samples(): Sample[] {
    return [...this.#series.values()].flatMap(({ labels, counts, sum }) => [
      ...counts.map((value, index) => ({
        suffix: '_bucket',
        labels: { ...labels, le: numberText(this.#bounds[index] ?? 0) },
        value,
      })),
      { suffix: '_sum', labels, value: sum },
      { suffix: '_count', labels, value: counts.at(-1) ?? 0 },
    ]);
  }
}

/** The media type of what `expositionOf` makes. */
export const expositionType = 'text/plain; version=0.0.4; charset=utf-8';

/**
 * Metrics as Prometheus reads them, sorted by name and labels; those without series are left out.
 * https://prometheus.io/docs/instrumenting/exposition_formats/#text-based-format
 */
export function expositionOf(families: readonly Family[]): string {
  return families
    .toSorted((one, other) => compare(one.row.name, other.row.name))
    .map(familyText)
    .join('');
}

function familyText(family: Family): string {
  const { row } = family;
  const { name, type, help } = row;
  const lines = family
    .samples()
    .map(({ suffix, labels, value }) => ({
      labels,
      line: lineOf(name + suffix, row, labels, value),
    }))
    // The lines of one histogram stay in their order.
    .toSorted((one, other) => compare(labelText(row, one.labels), labelText(row, other.labels)));
  if (lines.length === 0) return '';
  const about = `# HELP ${name} ${escapeHelp(help)}\n# TYPE ${name} ${type}\n`;
  return about + lines.map(({ line }) => line).join('');
}

function lineOf(name: string, row: MetricRow, labels: Labels, value: number): string {
  const all = 'le' in labels ? { ...row, labels: [...row.labels, 'le'] } : row;
  return `${name}${labelText(all, labels)} ${numberText(value)}\n`;
}

/** The values of the row's labels, in braces; empty for none. */
function labelText({ labels: names }: Pick<MetricRow, 'labels'>, labels: Labels): string {
  if (names.length === 0) return '';
  return `{${names.map((name) => `${name}="${escapeLabel(labels[name] ?? '')}"`).join(',')}}`;
}

function escapeHelp(text: string): string {
  return text.replaceAll('\\', '\\\\').replaceAll('\n', '\\n');
}

function escapeLabel(text: string): string {
  return escapeHelp(text).replaceAll('"', '\\"');
}

function numberText(value: number): string {
  if (value === Number.POSITIVE_INFINITY) return '+Inf';
  if (value === Number.NEGATIVE_INFINITY) return '-Inf';
  return String(value);
}

/** By code units, the same on every machine. */
function compare(one: string, other: string): number {
  if (one === other) return 0;
  return one < other ? -1 : 1;
}
