/** The median of some figures. */
export function median(figures: readonly number[]): number {
  const sorted = [...figures].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}

/** Prints one line of results: the subject, and the figures with their names. */
export function report(what: string, figures: Record<string, number | string>): void {
  const parts = Object.entries(figures).map(([name, figure]) =>
    typeof figure === 'number' ? `${name} ${figure.toFixed(2)}` : `${name} ${figure}`,
  );
  process.stdout.write(`${what}: ${parts.join(', ')}\n`);
}
