import { Session } from 'node:inspector';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { check } from '../../src/query/index.ts';
import { maxQueryChars } from '../../src/query/limits.ts';
import { nastyTexts } from '../support/nasty-texts.ts';
import { oneIn } from '../support/runs.ts';

/*
 * No text takes more than linear time. Steps are counted instead of time, which a busy machine
 * stretches: how often the parts of the code run, as the engine counts it for coverage. What
 * patterns do inside is held to linear time in test/contract/patterns.test.ts.
 */

const session = new Session();

beforeAll(() => {
  session.connect();
  session.post('Profiler.enable');
  session.post('Profiler.startPreciseCoverage', { callCount: true, detailed: true });
});

afterAll(() => {
  session.post('Profiler.stopPreciseCoverage');
  session.disconnect();
});

/** How many parts of the code a check runs through. */
function stepsOf(query: string): number {
  check(query, { type: 'users', purpose: 'audience' });
  return takeSteps();
}

/** How many parts of the code ran since this was last asked. */
function takeSteps(): number {
  let steps = 0;
  session.post('Profiler.takePreciseCoverage', (error, { result }) => {
    if (error) throw error;
    for (const { url, functions } of result) {
      if (!url.includes('/src/query/')) continue;
      for (const { ranges } of functions) for (const { count } of ranges) steps += count;
    }
  });
  return steps;
}

const condition = "event('Shoes Bought').within(30 days).count() >= 1";

test('steps are counted', () => {
  takeSteps();
  const few = stepsOf(condition);
  expect(few).toBeGreaterThan(500);
  expect(stepsOf(`${condition} OR `.repeat(40) + condition) / few).toBeGreaterThan(20);
});

/** A valid condition takes about 35. */
const maxStepsPerChar = 200;

test(`${maxQueryChars} characters of anything take at most ${maxStepsPerChar} steps for each`, () => {
  const slow: string[] = [];
  takeSteps();
  for (const { name, ofLength } of oneIn(5, nastyTexts)) {
    const text = ofLength(maxQueryChars);
    const perChar = stepsOf(text) / text.length;
    if (perChar > maxStepsPerChar) slow.push(`${name}: ${perChar}`);
  }
  expect(slow).toEqual([]);
}, 120_000);
