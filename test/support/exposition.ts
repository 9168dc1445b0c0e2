import { expect } from 'vitest';

/** One line of `/metrics`. */
export interface Line {
  name: string;
  labels: Record<string, string>;
  value: number;
}

/** Reads the text format of Prometheus, as strictly as it does. */
export function readExposition(text: string): { lines: Line[]; types: Map<string, string> } {
  expect(text.endsWith('\n')).toBe(true);
  const lines: Line[] = [];
  const types = new Map<string, string>();
  for (const line of text.slice(0, -1).split('\n')) {
    const [, type = '', typed = ''] = /^# TYPE (\w+) (counter|gauge|histogram)$/.exec(line) ?? [];
    if (type) types.set(type, typed);
    if (line.startsWith('#')) {
      expect(line).toMatch(/^# (?:HELP|TYPE) \w+ \S/);
      continue;
    }
    const [, name = '', labels = '', value = ''] = /^(\w+)(?:\{(.*)\})? (\S+)$/.exec(line) ?? [];
    expect(name).not.toBe('');
    const pairs = [...labels.matchAll(/(\w+)="((?:[^"\\]|\\.)*)",?/g)];
    expect(pairs.map(([pair]) => pair).join('')).toBe(labels);
    const named = pairs.map(([, label = '', quoted = '']) => [label, unescaped(quoted)]);
    lines.push({
      name,
      labels: Object.fromEntries(named),
      value: Number(value.replace('+Inf', 'Infinity')),
    });
  }
  return { lines, types };
}

function unescaped(text: string): string {
  return text.replace(/\\(.)/g, (_, character: string) => (character === 'n' ? '\n' : character));
}

/** The value of one series; undefined if there is none. */
export function seriesValue(
  text: string,
  name: string,
  labels: Record<string, string> = {},
): number | undefined {
  const wanted = Object.entries(labels);
  return readExposition(text).lines.find(
    (line) => line.name === name && wanted.every(([label, value]) => line.labels[label] === value),
  )?.value;
}
