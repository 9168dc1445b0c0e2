/*
 * How much of what could be tried is tried. By default so much that the tests stay quick; `TEST_RUNS=10 npm test`
 * tries ten times as much, as the nightly run does.
 */

const factor = Number(process.env.TEST_RUNS ?? '1');
if (!(factor > 0)) throw new Error('TEST_RUNS is not a number above 0.');

/** How many generated inputs are tried, where so many are by default. */
export function runs(byDefault: number): number {
  return Math.ceil(byDefault * factor);
}

/**
 * One in `step` items of a list by default, evenly spread; more of them with a larger TEST_RUNS, and all
 * from there on.
 *
 * @param first shifts the choice, so that several lists together leave nothing out.
 */
export function oneIn<Item>(step: number, list: readonly Item[], first = 0): Item[] {
  const distance = Math.max(step / factor, 1);
  return list.filter(
    (_, index) =>
      Math.floor((index + first) / distance) !== Math.floor((index + first - 1) / distance),
  );
}
