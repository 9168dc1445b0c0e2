import { once as nextOf } from 'node:events';
import { Worker } from 'node:worker_threads';
import { buildSync } from 'esbuild';
import { expect, test } from 'vitest';
import * as z from 'zod';
import { once } from '../../src/once.ts';
import { maxComparedChars } from '../../src/query/limits.ts';
import { nastyTexts } from '../support/nasty-texts.ts';
import { oneIn, runs } from '../support/runs.ts';

/*
 * No text takes more than linear time. Steps are counted instead of time, which a busy machine
 * stretches: how often the parts of the code run, as the engine counts it for coverage. What
 * patterns do inside is held to linear time in test/contract/patterns.test.ts.
 *
 * They are counted in a thread that has the query language and nothing else: the engine reports on all
 * code that it has loaded, and runs all of it slower as long as it counts.
 */

const counting = `
  const { Session } = require('node:inspector');
  const { runInThisContext } = require('node:vm');
  const { parentPort, workerData } = require('node:worker_threads');
  const module = { exports: {} };
  const filename = 'query.js';
  runInThisContext('(function (module) {' + workerData.bundle + '})', { filename })(module);
  const session = new Session();
  session.connect();
  session.post('Profiler.enable');
  session.post('Profiler.startPreciseCoverage', { callCount: true, detailed: true });

  /** How many parts of the code ran since this was last asked. */
  function takeSteps() {
    let steps = 0;
    session.post('Profiler.takePreciseCoverage', (error, { result }) => {
      if (error) throw error;
      for (const { url, functions } of result) {
        if (url !== filename) continue;
        for (const { ranges } of functions) for (const { count } of ranges) steps += count;
      }
    });
    return steps;
  }

  takeSteps();
  parentPort.postMessage(workerData.queries.map((query) => {
    module.exports.check(query, { type: 'users', purpose: 'audience' });
    return takeSteps();
  }));`;

/** The query language as one text. */
const bundled = once(() => {
  const { outputFiles } = buildSync({
    entryPoints: ['src/query/index.ts'],
    bundle: true,
    format: 'cjs',
    write: false,
  });
  return outputFiles[0]?.text ?? '';
});

/** How many parts of the code a check of each definition runs through. */
async function stepsOf(queries: readonly string[]): Promise<number[]> {
  const workerData = { bundle: bundled(), queries };
  const worker = new Worker(counting, { eval: true, workerData });
  const [steps] = await nextOf(worker, 'message');
  return z.array(z.number()).parse(steps);
}

const condition = "event('Shoes Bought').within(30 days).count() >= 1";

test('steps are counted', async () => {
  const [few = 0, many = 0] = await stepsOf([condition, `${condition} OR `.repeat(40) + condition]);
  expect(few).toBeGreaterThan(500);
  expect(many / few).toBeGreaterThan(20);
});

/** A valid condition takes about 35; letters each of which may be a misspelt name take 300. */
const maxStepsPerChar = 400;

/**
 * Enough for more than linear time to show: it takes thousands of steps for each. Fixes of longer texts are
 * not compared with them.
 */
const triedChars = Math.min(maxComparedChars - 500, runs(2000));

test(`${triedChars} characters of anything take at most ${maxStepsPerChar} steps for each`, async () => {
  const texts = oneIn(9, nastyTexts).map(({ name, ofLength }) => {
    return { name, text: ofLength(triedChars) };
  });
  const steps = await stepsOf(texts.map(({ text }) => text));
  const perChar = texts.map(({ name, text }, index) => {
    return { name, steps: (steps[index] ?? Number.NaN) / text.length };
  });
  expect(perChar.filter((each) => !(each.steps <= maxStepsPerChar))).toEqual([]);
}, 120_000);
