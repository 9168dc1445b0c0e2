import { check, evaluate } from '../src/query/index.ts';
import { maxQueryChars } from '../src/query/limits.ts';
import { makeSample } from '../src/sandbox/sample.ts';
import { nastyTexts } from '../test/support/nasty-texts.ts';
import { median, report } from './measure.ts';

const audience = { type: 'users', purpose: 'audience' } as const;

const typical =
  "event('Shoes Bought').where(property('price') >= 100).within(7 days).count() >= 1 AND trait('plan').one_of('plus', 'vip')";
const condition = "event('Shoes Bought').within(30 days).count() >= 1";
const funnel =
  "event('Shoes Bought').where(property('price') >= 100 AND event('Shoes Returned').within(parent: 5 days).count() >= 1).within(30 days).count() >= 1";

/** How long a check takes, how that grows with the length, and how long a whole space takes. */
export function benchQuery(): void {
  const usual = timeCheck(typical, 5000);
  report('check of a typical definition, warm', {
    'median µs': usual * 1000,
    'per second': 1000 / usual,
  });

  const base = timeCheck(conditions(3), 2000);
  for (const times of [1, 10, 100]) {
    const query = conditions(3 * times);
    const took = timeCheck(query, Math.ceil(2000 / times));
    report(`check of ${query.length} characters`, {
      'median ms': took,
      'times the smallest': took / base,
      'per character, times the smallest': took / base / (query.length / conditions(3).length),
    });
  }

  const nasty = nastyTexts.map(({ name, ofLength }) => {
    const [half, whole] = [maxQueryChars / 2, maxQueryChars].map((chars) => {
      return timeCheck(ofLength(chars), 3);
    });
    return { name, half: half ?? Number.NaN, whole: whole ?? Number.NaN };
  });
  for (const { name, half, whole } of nasty.toSorted((a, b) => b.whole - a.whole).slice(0, 5)) {
    report(`check of ${maxQueryChars} nasty characters, one of the worst five of ${nasty.length}`, {
      text: name,
      'median ms': whole,
      'times half as many': whole / half,
    });
  }

  const now = Date.UTC(2026, 0, 1);
  const { profiles } = makeSample(2000, now);
  const { tree } = check(funnel, audience);
  const runs = Array.from({ length: 15 }, () => {
    const from = performance.now();
    const members = profiles.filter((profile) => evaluate(tree, profile, now)).length;
    return { ms: performance.now() - from, members };
  });
  report('a funnel over the whole sample', {
    'median ms': median(runs.map(({ ms }) => ms)),
    members: String(runs[0]?.members),
    profiles: String(profiles.length),
  });
}

/**
 * This many different conditions; a definition with more than 50 is invalid, but read as a whole.
 */
function conditions(count: number): string {
  return Array.from({ length: count }, (_, index) => condition.replace('Bought', `${index}`)).join(
    ' OR ',
  );
}

/** The median of one check, in milliseconds. */
function timeCheck(query: string, runs: number): number {
  for (let run = 0; run < runs; run += 1) check(query, audience);
  const times = Array.from({ length: runs }, () => {
    const from = performance.now();
    check(query, audience);
    return performance.now() - from;
  });
  return median(times);
}
